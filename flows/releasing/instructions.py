"""開封手順: instructions for the recipient to open and check a package."""

from __future__ import annotations

from collections.abc import Sequence

from flows.releasing.names import LETTER, MANIFEST, SUMS

OPENING = """■ 開き方
1. {name}.zip をパソコンに保存します。
2. 無料の解凍ソフトで開きます。AES-256 という方式で暗号化した ZIP ファイルのため、Windows や Mac に初めから
   入っている機能(「すべて展開」やダブルクリック)では、ほとんどの場合、開けません。
     Windows : 7-Zip (https://www.7-zip.org/)
               ファイルを右クリックし、「7-Zip」の「展開...」を選びます。
     Mac     : The Unarchiver (App Store) または Keka (https://www.keka.io/)
               ファイルを右クリックし、「このアプリケーションで開く」から選びます。
     Linux   : 端末で  7z x {name}.zip  を実行します。
3. 合言葉(パスワード)を尋ねられます。別にお知らせした合言葉を、大文字・小文字・「-」もそのまま入れてください。
   合言葉は、このファイルと一緒には保管しないでください。
4. ソフトを使えないなどで開けないときは、合言葉の要らない CD-R などでお渡しすることもできます。
   窓口へお申し出ください。
"""

OPENED = """■ 開いたファイルの扱い
  ダブルクリックすると、音楽プレーヤーや Word など、ふだんお使いのソフトで開きます。
  ここにある音声と文字は暗号化していません。他の人の目に触れない所に保管してください。
"""

CONTENTS = """■ 入っているもの
{files}
"""

SOUND = """  音声は .wav と .mp3 の2種類で、同じ内容です。お使いの機器で再生できる方をお聞きください。
  音声の一定の音(または無音)は、開示しない部分を置き換えたものです。
"""

WORDS = """  文字起こしは .txt と .docx の2種類で、同じ内容です。[氏名]などの表示は、開示しない部分を
  置き換えたものです。
"""

BY_MACHINE = """  文字起こしは機械で作成しており、話した言葉と違うことがあります。
"""

CHECKING = """■ ファイルが途中で変わっていないかを確かめる(必要なとき)
  {sums} に、各ファイルのハッシュ値(SHA-256)を書いています。
  Windows : コマンド プロンプトで  certutil -hashfile ファイル名 SHA256  を実行し、値を見比べます。
  Mac     : ターミナルで  shasum -a 256 -c {sums}  を実行します。
  Linux   : 端末で  sha256sum -c {sums}  を実行します。
  {manifest} にも同じ値があります(プログラムで確かめるためのものです)。
"""

ASKING = """■ お困りのとき
  {letter} に書いた窓口へお問い合わせください。お問い合わせの際は、請求番号 {number} をお知らせください。
"""


def instructions(
    name: str, number: str, files: Sequence[str], *, outside: bool, unread: bool = False
) -> bytes:
    """Return the instructions for any editor: UTF-8 with a byte order mark and Windows line ends.

    Args:
        name: Name of the package.
        number: Public number of the request.
        files: Files in the package.
        outside: Whether they lie next to an encrypted ZIP and explain how to open it, instead of inside it or
            in a folder.
        unread: Whether nobody has read a transcript among the files through.
    """
    parts = [f"開示ファイルの開封手順 ({name})\n"]
    parts.append(OPENING.format(name=name) if outside else OPENED)
    listed = "\n".join(f"  ・{file}" for file in files)
    sound = SOUND if any(file.endswith(".mp3") for file in files) else ""
    words = WORDS if any(file.endswith(".txt") for file in files) else ""
    machine = BY_MACHINE if words and unread else ""
    parts.append(CONTENTS.format(files=listed) + sound + words + machine)
    parts.append(CHECKING.format(sums=SUMS, manifest=MANIFEST))
    parts.append(ASKING.format(letter=LETTER, number=number))
    return "\n".join(parts).replace("\n", "\r\n").encode("utf-8-sig")
