"""Files that are never sent are known by their name, and by what they are whatever their name."""

from __future__ import annotations

import base64
import gzip
import io
import os
import random
import sqlite3
import tarfile
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from dbp.enrichment.clean import for_prompt
from dbp.enrichment.withheld import by_content, by_name

_NEVER = """
.env .env.local .env.example .env.sample .env.template prod.env config/.ENV .envrc
certs/server.pem server.key keys/a.p12 a.pfx a.jks Vault.KDBX putty.ppk release.keystore
id_rsa id_rsa.pub id_ed25519 id_ed25519.old deploy_rsa .netrc _netrc .npmrc .pypirc .git-credentials
.aws/credentials .aws/anything.txt home/.ssh/config .gnupg/x .docker/config.json .kube/config
kubeconfig prod.kubeconfig credentials credentials.json credentials-prod.yaml aws-credentials.json
secrets.yml secrets.toml secret.txt app/secrets/token.txt app-secrets.yaml app.secrets.json
terraform.tfstate terraform.tfstate.backup prod.tfvars prod.auto.tfvars.json
db.dump prod.sql.gz dump.sql dump-2024.sql prod_dump.sql backup.sql x.bak
app.sqlite app.sqlite3 app.sqlite3-wal data.db trace.har server.log server.log.1 core.1234
package-lock.json poetry.lock yarn.lock uv.lock Cargo.lock go.sum pnpm-lock.yaml Gemfile.lock
composer.lock any.lock npm-shrinkwrap.json
jquery.min.js site.min.css app.bundle.js app.js.map
a.zip a.tar a.tar.gz a.tgz a.7z a.jar a.whl a.exe lib.so lib.so.1 a.pyc
logo.png photo.JPG icon.svg font.woff2 report.pdf model.pt
.git/config sub/.git/HEAD node_modules/x/index.js wallet.dat UTC--2020-01-01T00-00-00Z--ab
service-account.json client_secret_1.json google-services.json .bash_history
"""
NEVER = _NEVER.split()

_SENT = """
main.py src/app.ts README.md Makefile Dockerfile docker-compose.yml settings.py environment.py
env.py dotenv.md keys.py key.go keyboard.ts monkey.rs secretary.py token.c tokens.go credential.py
password.py passwords/views.py schema.sql migrations/0001_initial.sql package.json pyproject.toml
Cargo.toml go.mod logs.py login.py catalog.ts locks.py block.rs lockfile.py clock.c map.py
archive.py image.cpp core.py core/api.py git/config.go aws/client.py ssh/config.rs test_secrets.py
a.pem.md pem.py .gitignore .editorconfig .github/workflows/ci.yml tests/fixtures/data.json admin.js
"""
SENT = _SENT.split()


@pytest.mark.parametrize("path", NEVER)
def test_a_name_on_the_list_is_never_sent(path: str) -> None:
    reason = by_name(path)
    assert reason is not None
    assert reason.startswith("it is on the list of files never sent (")


@pytest.mark.parametrize("path", SENT)
def test_source_and_documents_are_not_on_the_list(path: str) -> None:
    assert by_name(path) is None


@pytest.mark.parametrize(
    "path",
    [
        ".ENV", ".Env.Local", ".env ", ".env.", ".env. .", "a/.env./b.txt", ".env\n", " .netrc",
        "".join(chr(ord(letter) + 0xFEE0) for letter in ".env"),  # full width
        "".join(chr(ord(letter) + 0xFEE0) for letter in "server.pem"),
        "\u2024env", "\u200b.env", ".e\u00adnv", ".env\u202e", "\u017fecrets.yml",
        "server.key\udc80",
        "ID_RSA", "server.PEM.", "server.pem::$DATA", "x\\.ssh\\config", "a/.AWS/config",
    ],
)  # fmt: skip
def test_tricks_with_letters_do_not_help(path: str) -> None:
    assert by_name(path) is not None


@given(st.text(max_size=40), st.sampled_from(NEVER), st.text(max_size=10))
def test_every_key_has_an_answer_and_case_never_matters(folder: str, name: str, tail: str) -> None:
    by_name(folder + tail)
    assert by_name(f"{folder}/{name.upper()}") is not None


def judged(data: bytes) -> str | None:
    return by_content(data, for_prompt(data.decode("utf-8", "replace")))


def armoured(kind: str) -> bytes:
    body = base64.encodebytes(random.Random(1).randbytes(300))  # noqa: S311 - any bytes will do
    name = f"{kind}PRIVATE" + " KEY"
    return f"-----BEGIN {name}-----\n".encode() + body + f"-----END {name}-----\n".encode()


@pytest.mark.parametrize("kind", ["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "])
def test_a_renamed_private_key_is_known(kind: str) -> None:
    assert judged(b"# notes\n\n" + armoured(kind)) == "it holds a private key"


def test_a_text_about_keys_is_no_key() -> None:
    begin = "-----BEGIN RSA PRIVATE" + " KEY-----"
    text = f'if line.startswith("{begin}"):\n    raise ValueError("no keys here")\n' * 5
    assert judged(text.encode()) is None


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "hello")
    return file.getvalue()


def tarred() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.add(__file__, "a.py")
    return file.getvalue()


def test_databases_archives_and_programs_are_known_by_their_bytes(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "x") as connection:
        connection.execute("create table t (a)")
    connection.close()
    assert judged((tmp_path / "x").read_bytes()) == "it is a SQLite database"
    for data in (zipped(), tarred(), gzip.compress(b"x" * 100)):
        assert judged(data) == "it is an archive"
    assert judged(b"\x7fELF\x02\x01\x01" + bytes(64)) == "it is a program"
    assert judged(b"\x89PNG\r\n\x1a\n" + bytes(9)) == "it is an image"
    assert judged(b"some text\x00more") == "it is binary"
    assert judged(os.urandom(4000).replace(b"\0", b"\x01")) == "it is binary"


def test_text_in_utf_16_is_no_binary() -> None:
    data = "def main():\n    return 'grüße'\n".encode("utf-16")
    assert by_content(data, data.decode("utf-16")) is None


DOTENV = """
# production
APP_NAME=shop
DEBUG=false
DB_HOST=db.internal
DB_PASSWORD=tiger{}marble
export MAIL_FROM="shop@shop.example"
"""
DUMP = "-- MySQL dump 10.13  Distrib 8.0\n--\n-- Host: localhost\n\nDROP TABLE IF EXISTS `t`;\n"
INSERTS = "INSERT INTO users VALUES (1, 'bob');\n" * 30
PG_DUMP = "--\n-- PostgreSQL database dump\n--\n\nSET statement_timeout = 0;\n"
GO_SUM = "".join(
    f"host/a{n} v1.{n}.0 h1:{base64.b64encode(bytes([n]) * 32).decode()}\n" for n in range(5)
)
KUBE = "apiVersion: v1\nusers:\n- name: x\n  user:\n    client-key-data: QUJD\n"
HAR = '{"log": {"version": "1.2", "entries": []}}'
STATE = '{\n  "version": 4,\n  "terraform_version": "1.6.0",\n  "resources": []\n}\n'
NPM = '{\n  "name": "x",\n  "version": "1.0.0",\n  "lockfileVersion": 3,\n  "packages": {}\n}\n'
YARN = "# THIS IS AN AUTO FILE\n# yarn lockfile v1\n\n\na@^1:\n  version 1\n"
POETRY = '# made by a tool\n\n[[package]]\nname = "a"\nversion = "1"\n'
MINIFIED = "function a(b){return b+1};" * 1000


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (DOTENV.format(77), "it looks like a file of credentials"),
        (KUBE, "it looks like a file of credentials"),
        (DUMP, "it looks like a database dump"),
        (PG_DUMP, "it looks like a database dump"),
        (INSERTS, "it looks like a database dump"),
        (STATE, "it looks like the state of an infrastructure"),
        (GO_SUM, "it looks like a lock file"),
        (NPM, "it looks like a lock file"),
        (YARN, "it looks like a lock file"),
        (POETRY, "it looks like a lock file"),
        (HAR, "it is a record of network traffic"),
        (MINIFIED, "it is minified"),
        ("# @gen" + "erated by a tool\nx = 1\n", "it is generated"),
        ("// Code gen" + "erated by protoc. DO NOT EDIT.\npackage x\n", "it is generated"),
        ("/* This file was automatically gen" + "erated by SWIG. */\n", "it is generated"),
        ("// <auto-gen" + "erated>\nclass A {}\n", "it is generated"),
        ("#\n# Autogen" + "erated; run make\n", "it is generated"),
    ],
)
def test_a_renamed_file_is_known_by_what_it_is(text: str, why: str) -> None:
    assert judged(text.encode()) == why
    assert judged(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()) == why


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x = 1\n",
        "A=1\nB=2\nC=3\n",
        "DEBUG=true\nDB_PASSWORD=changeme\nHOST=x\n",
        "CREATE TABLE t (a int);\nINSERT INTO t VALUES (1);\n-- PostgreSQL 12 needs this\n",
        "def parse(text):\n    '''Skip files with a @" + "generated mark.'''\n" * 3,
        "Reference\n=======\n\nThe key is automatically gen" + "erated by the database.\n",
        "\n" * 40 + "# this file is automatically gen" + "erated\n",
        '{"name": "x", "version": "1.0.0", "dependencies": {}}\n',
        "word " * 700,
    ],
)
def test_ordinary_files_are_sent(text: str) -> None:
    assert judged(text.encode()) is None


@pytest.mark.parametrize(
    "unit",
    ["\n", " ", "#\n", "{", "{\n", "A=1\n", "a v1 h1:", "-- Dump", "- ", "COPY ", "INSERT INTO "],
)
def test_hostile_contents_take_no_longer(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    start = time.process_time()
    by_content(text.encode(), text)
    assert time.process_time() - start < 1.5


@given(st.binary(max_size=300), st.text(max_size=300))
def test_every_content_has_an_answer(data: bytes, text: str) -> None:
    for why in (by_content(data, text), by_content(text.encode("utf-8", "replace"), text)):
        assert why is None or why.startswith("it ")
