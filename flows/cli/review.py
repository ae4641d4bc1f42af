"""``kaiji review`` and ``kaiji account``: serve the analysts' page and manage its accounts."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from flows.cli.session import BAD_INPUT, Who, opened, refuse, table, told

account = typer.Typer(no_args_is_help=True)
review = typer.Typer(no_args_is_help=True)

Login = Annotated[str, typer.Argument(metavar="LOGIN", help="利用者名")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="パスワードを標準入力の1行目から読む (尋ねない)")
]


@account.command("add")
def add(
    login: Login,
    roles: Annotated[
        list[str],
        typer.Option("--role", help="intake(受付)、analyst(確認)、approver(承認)、admin(管理)。何度でも"),
    ],
    from_stdin: FromStdin = False,
    who: Who = "",
) -> None:
    """利用者を加えます。パスワードは尋ねます(引数には書けません)。"""
    with opened(who, "admin") as session:
        from flows.desk.people.accounts import ROLES, add_account

        known = {role.value: role for role in ROLES}
        if not set(roles) <= set(known):
            refuse(f"役割は {'、'.join(known)} のどれかです", BAD_INPUT)
        password = _password(from_stdin=from_stdin)
        added = add_account(session.desk, session.actor, login, [known[role] for role in roles], password)
        typer.echo(f"{added.login} を加えました ({'、'.join(added.roles)})")


@account.command("list")
def list_(who: Who = "") -> None:
    """利用者を示します。"""
    with opened(who, "admin") as session:
        from flows.desk.people.accounts import list_accounts

        rows = [
            (each.login, "、".join(each.roles), f"{each.made_at:%Y-%m-%d}", "停止" if each.disabled else "")
            for each in list_accounts(session.desk)
        ]
        table(("利用者名", "役割", "登録日", ""), rows)


@account.command("disable")
def disable(login: Login, who: Who = "") -> None:
    """利用者を停止します。すぐにどこでもサインアウトされます。した仕事の記録は残ります。"""
    with opened(who, "admin") as session:
        from flows.desk.people.accounts import disable_account

        typer.echo(f"{disable_account(session.desk, session.actor, login).login} を停止しました")


@account.command("password")
def password_(login: Login, from_stdin: FromStdin = False, who: Who = "") -> None:
    """利用者のパスワードを変えます。すぐにどこでもサインアウトされます。"""
    with opened(who, "admin") as session:
        from flows.desk.people.accounts import set_password

        password = _password(from_stdin=from_stdin)
        changed = set_password(session.desk, session.actor, login, password)
        typer.echo(f"{changed.login} のパスワードを変えました")


def _password(*, from_stdin: bool) -> str:
    """Read a password without putting it into the process list or the shell's history."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    try:
        return str(typer.prompt("パスワード", hide_input=True, confirmation_prompt="もう一度"))
    except typer.Abort:
        refuse("入力が途中で終わりました。何も変えていません")


@review.command("serve")
def serve(
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="ポート")] = 8400,
    host: Annotated[
        str, typer.Option("--host", help="待ち受けるアドレス。外からは https の入口を通してください")
    ] = "127.0.0.1",
) -> None:
    """確認の画面を動かします。Ctrl-C で止まります。"""
    with told():
        from flows.desk.integrity.desk import open_desk
        from flows.desk.people.first_account import first_word
        from flows.review.__main__ import serve as serve_page
        from flows.settings import Settings

        settings = Settings()
        where = f"http://{host}:{port}" if settings.review_socket is None else str(settings.review_socket)
        with open_desk(settings) as desk:
            word = first_word(desk) if settings.review_auth == "local" else ""
        typer.echo(f"kaiji: 確認の画面 {where} 。Ctrl-C で止まります", err=True)
        if word:
            typer.echo(f"kaiji: 最初の利用者の合言葉 {word}", err=True)
        serve_page(host, port, settings)
