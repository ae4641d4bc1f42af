"""``python -m tests.letter_template``: makes ``letter.docx``, kaiji's own template.

The company can copy it, edit it in Word and have its lawyer read it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt

from flows.letter import docx_file
from flows.letter.docx_file import FONT, bare_bytes, set_font

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

TEMPLATE = Path(docx_file.__file__).with_name("letter.docx")

LEFT, CENTER, RIGHT = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT

NUMBERS = f"""
<w:abstractNum {nsdecls("w")} w:abstractNumId="90"><w:multiLevelType w:val="singleLevel"/>
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimalFullWidth"/><w:suff w:val="space"/>
<w:lvlText w:val="%1"/><w:lvlJc w:val="left"/><w:pPr><w:ind w:left="0" w:firstLine="0"/></w:pPr>
</w:lvl></w:abstractNum>
"""

OPENING = (
    "{{受付日}}に受け付けた保有個人データの開示の請求(請求番号{{請求番号}})について、"
    "個人情報の保護に関する法律(以下「法」といいます。)第33条に基づき、"
    "下記のとおり決定しましたので通知します。"
)

DECISIONS = {
    "開示": "請求のあった保有個人データの全部を開示します。",
    "一部不開示": "請求のあった保有個人データの一部を除いて開示します。"
    "除いた部分とその理由は、下記のとおりです。",
    "不開示": "請求のあった保有個人データは、開示しません。その理由は、下記のとおりです。",
    "不存在": "請求のあった保有個人データは、当社に存在しません。",
    "方法変更": "請求のあった方法による開示は困難なため、書面の交付により開示します。"
    "書面は、別にお渡しします。",
}

GROUNDS = {
    "1号": "法第33条第2項第1号 ― 会話の中に、ご本人以外の方の氏名、住所、電話番号などが含まれています。"
    "これらを開示すると、その方の権利利益を害するおそれがあるためです。",
    "2号": "法第33条第2項第2号 ― 当社の業務に関する情報が含まれています。これを開示すると、"
    "当社の業務の適正な実施に著しい支障を及ぼすおそれがあるためです。",
    "3号": "法第33条第2項第3号 ― 開示すると他の法令({{法令名}})に違反することとなる情報が"
    "含まれているためです。",
}

OTHER_WAY = "請求のあった方法による開示は困難なため、この方法で開示します(理由　{{方法の理由}})。"

IN_PERSON = (
    (
        "音声は、当社の窓口で、担当者の立会いのもとでお聞きいただきます。日時は、下記の窓口にご連絡のうえ"
        "お決めください。お聞かせした日時、立ち会った方、お聞かせした通話と箇所を、当社の記録に残します。"
    ),
    "音声や文字起こしのファイルは、お渡ししません。",
)

CARE = (
    "置き換えた音は、元の言葉にかかわらず、どこも同じ一定の音(または無音)です。そのほかの部分の声は変えていません。"
    "声や話し方から、話している人が分かることがあります。"
)

CARE_OF_CONTENT = (
    "言葉を置き換えても、会話の内容や話の流れから、ご本人以外の方が分かることがあります。"
    "長い通話ほど分かりやすくなります。"
)
"""What masking words does not hide; a changed voice is not offered, because it hides nobody for certain."""

CARE_OF_FILES = "お聞きになった内容やお渡ししたもののお取扱いには、ご注意ください。"
"""Where something was handed over."""

OBJECTION = (
    ("この決定についてのご質問や苦情は、下記の窓口で承ります。個人情報保護委員会に相談することもできます。"),
    (
        "この請求について裁判所に訴えを提起する場合の手続は、法第39条に定められています。同条によれば、訴えは、"
        "請求が当社に到達した日から2週間を経過した後に(当社が請求を拒んだときは、2週間を待たずに)"
        "提起することができます。"
    ),
)


class Builder:
    """Writes a template from top to bottom."""

    def __init__(self) -> None:
        self.document: Document = docx.Document()
        self.document.styles["Table Grid"].paragraph_format.space_after = Pt(0)
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(25)
        section.top_margin = section.bottom_margin = Mm(23)
        style = self.document.styles["Normal"]
        style.font.size = Pt(10.5)
        style.font.name = FONT
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FONT)
        style.paragraph_format.space_after = Pt(0)
        style.paragraph_format.line_spacing = 1.25
        numbering = self.document.part.numbering_part.element
        numbering.insert(0, parse_xml(NUMBERS))
        numbering.append(
            parse_xml(f'<w:num {nsdecls("w")} w:numId="90"><w:abstractNumId w:val="90"/></w:num>')
        )

    def line(self, text: str, align: WD_ALIGN_PARAGRAPH = LEFT, *, indent: float = 0) -> Paragraph:
        """Add a paragraph."""
        paragraph = self.document.add_paragraph()
        set_font(paragraph.add_run(text))
        paragraph.alignment = align
        paragraph.paragraph_format.left_indent = Mm(indent) if indent else None
        return paragraph

    def when(self, conditions: str, *lines: str) -> None:
        """Add lines that appear only when one of the conditions holds."""
        self.line("{{#" + conditions + "}}")
        for text in lines:
            paragraph = self.line(text, indent=5).paragraph_format
            paragraph.space_before, paragraph.space_after = Pt(1), Pt(2)
        self.line("{{/}}")

    def heading(self, text: str) -> None:
        """Add a numbered heading; Word numbers the headings that remain."""
        paragraph = self.line(text)
        paragraph.paragraph_format.space_before = Pt(9)
        paragraph.paragraph_format.space_after = Pt(2)
        paragraph.paragraph_format.keep_with_next = True
        paragraph.runs[0].bold = True
        properties = paragraph._p.get_or_add_pPr()
        properties.append(
            parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="0"/><w:numId w:val="90"/></w:numPr>')
        )

    def table(self, kind: str, columns: tuple[tuple[str, float, bool], ...]) -> None:
        """Add a table whose second row is repeated: names, widths in mm, and whether a column is centred."""
        table = self.document.add_table(rows=2, cols=len(columns), style="Table Grid")
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        for place, (name, width, middle) in enumerate(columns):
            table.columns[place].width = Mm(width)
            for row, text in enumerate((name, "{{" + f"{kind}.{name}" + "}}")):
                cell = table.cell(row, place)
                cell.width = Mm(width)
                paragraph = cell.paragraphs[0]
                set_font(paragraph.add_run(text))
                paragraph.runs[0].font.size = Pt(9.5)
                paragraph.paragraph_format.line_spacing = 1.0
                paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
                paragraph.alignment = CENTER if middle or row == 0 else LEFT
                if row == 0:
                    shade = f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="EDEDED"/>'
                    cell._tc.get_or_add_tcPr().append(parse_xml(shade))
        for row, mark in ((0, "w:tblHeader"), (0, "w:cantSplit"), (1, "w:cantSplit")):
            properties = table.rows[row]._tr.get_or_add_trPr()
            properties.append(properties.makeelement(qn(mark), {}))


def build() -> bytes:
    """Return the template as the bytes of a Word file."""
    made = Builder()
    _head(made)
    _decision(made)
    _reasons(made)
    _rest(made)
    return bare_bytes(made.document)


def _head(made: Builder) -> None:
    made.line("{{請求番号}}", RIGHT)
    made.line("{{回答日}}", RIGHT)
    made.when("住所あり", "{{住所}}")
    made.line("{{氏名}}　様", indent=5)
    made.when("代理人あり", "代理人　{{代理人}}　様")
    made.line("{{会社名}}", RIGHT).paragraph_format.space_before = Pt(12)
    title = made.line("保有個人データの開示の請求に対する回答書", CENTER)
    title.paragraph_format.space_before = title.paragraph_format.space_after = Pt(14)
    title.runs[0].bold = True
    title.runs[0].font.size = Pt(14)
    opening = made.line(OPENING)
    opening.paragraph_format.first_line_indent = Pt(10.5)
    made.when(
        "再度",
        "　なお、この回答書は、同じ請求について先にお渡しした回答書に続くものです。先の回答書も有効です。",
    )
    made.line("記", CENTER).paragraph_format.space_before = Pt(8)


def _decision(made: Builder) -> None:
    made.heading("決定")
    decided = made.line("{{決定}}", indent=5)
    decided.runs[0].bold = True
    for kind, text in DECISIONS.items():
        made.when(kind, text)
    made.heading("請求の対象")
    made.line("{{請求の対象}}", indent=5).paragraph_format.space_after = Pt(3)
    made.line("{{#対象の通話}}")
    made.table("通話", (("番号", 16, True), ("日時", 60, True), ("長さ", 28, True), ("結果", 50, False)))
    made.line("{{/}}")
    made.line("{{#開示する}}")
    made.heading("開示の方法")
    made.line("{{開示の方法}}", indent=5).paragraph_format.space_after = Pt(2)
    made.when("別の方法", OTHER_WAY)
    made.when("対面", *IN_PERSON)
    made.when("文字だけ", "通話の内容を文字起こしでお渡しします。音声はお渡ししません。")
    made.line("{{#箇所だけ}}")
    made.line("次の箇所をお渡しします。時刻は、通話の初めからの分と秒です。", indent=5)
    made.table("部分", (("通話", 20, True), ("箇所", 20, True), ("開始", 30, True), ("終了", 30, True)))
    made.line("{{/}}")
    made.when("手数料あり", "手数料　{{手数料}}")
    made.when("手数料なし", "手数料はかかりません。")
    made.line("{{#同封あり}}")
    made.table("同封", (("名前", 72, False), ("内容", 82, False)))
    made.line("{{/}}")
    made.line("{{#暗号化}}")
    told = made.line(
        "ファイルは暗号化しています。開き方は開封手順をご覧ください。合言葉は、別の方法でお知らせします。",
        indent=5,
    )
    told.paragraph_format.space_before = Pt(5)
    made.line("{{/}}")
    made.line("{{/}}")


def _reasons(made: Builder) -> None:
    made.line("{{#伏せた箇所 箇所のほか 音声を除く}}")
    made.heading("開示しない部分")
    made.when("箇所のほか", "お渡しする箇所のほかの部分は、開示しません。")
    made.when("音声を除く", "音声は、開示しません。")
    made.line("{{#伏せた箇所}}")
    made.line(
        "次の{{箇所の数}}か所を、{{置き換え}}置き換えました。時刻は、通話の初めからの分と秒です。",
        indent=5,
    ).paragraph_format.keep_with_next = True
    columns = (
        ("通話", 16, True),
        ("開始", 24, True),
        ("終了", 24, True),
        ("種類", 40, False),
        ("根拠", 50, False),
    )
    made.table("箇所", columns)
    made.when("音声", CARE)
    made.when("伏せた箇所", CARE_OF_CONTENT)
    made.when("同封あり", CARE_OF_FILES)
    made.line("{{/}}")
    made.line("{{/}}")
    made.line("{{#一部不開示 不開示 方法変更 不存在}}")
    made.heading("理由")
    for ground, text in GROUNDS.items():
        made.when(ground, text)
    made.when("箇所のほか 音声を除く", "{{方法の理由}}")
    made.when("不開示 不存在 方法変更 開示しない通話", "{{理由}}")
    made.line("{{/}}")


def _rest(made: Builder) -> None:
    made.heading("この決定にご不服があるとき")
    for text in OBJECTION:
        made.line(text, indent=5)
    made.heading("窓口")
    made.line("{{窓口}}", indent=5)
    made.line("以上", RIGHT).paragraph_format.space_before = Pt(8)


if __name__ == "__main__":
    TEMPLATE.write_bytes(build())
