"""Labelled cases for the secret scan, made from a seed: what must go, and what must stay.

Every value is drawn at random; prefixes are put together from parts, so that neither this file nor
a case in it is a key of anybody. There are two styles: the rules were written with `first` in mind,
`second` has other templates and other ways to make values and is only measured.
"""

from __future__ import annotations

import base64
import json
import random
import string
from collections.abc import Callable, Iterator
from typing import NamedTuple

LOWER, UPPER, DIGITS = string.ascii_lowercase, string.ascii_uppercase, string.digits
ALNUM = LOWER + UPPER + DIGITS
HEX = "0123456789abcdef"
WORDS = (
    "river castle orange thunder silver meadow falcon copper winter garden tiger marble harbor "
    "violet canyon pepper walnut saddle lantern breeze copper rocket island velvet jungle ember"
)
PICKED = WORDS.split()


class Case(NamedTuple):
    """A snippet. `secrets` are the values that must not survive; none in a negative case."""

    kind: str
    text: str
    secrets: tuple[str, ...] = ()


Draw = Callable[[random.Random], str]


def drawn(alphabet: str, size: int, prefix: str = "") -> Draw:
    """Draw letters of an alphabet behind a prefix, at least one digit among them."""

    def draw(rng: random.Random) -> str:
        body = [rng.choice(alphabet) for _ in range(size)]
        if set(DIGITS) & set(alphabet):
            body[rng.randrange(size)] = rng.choice(DIGITS)
        return prefix + "".join(body)

    return draw


def any_of(*draws: Draw) -> Draw:
    """Draw from one of several."""
    return lambda rng: rng.choice(draws)(rng)


def password(rng: random.Random) -> str:
    """Draw what people and generators take for a password; never a mere word."""
    word = rng.choice(PICKED)
    number = str(rng.randrange(13, 9999))
    return rng.choice(
        [
            word.title() + number + rng.choice("!#*?+"),
            word + number,
            word.replace("e", "3").replace("a", "@").replace("o", "0") + number,
            drawn(ALNUM, rng.randrange(10, 20))(rng),
            word + "-" + rng.choice(PICKED) + "-" + number,
            drawn(ALNUM + "!#%*+_", 16)(rng),
        ]
    )


def tight_password(rng: random.Random) -> str:
    """Draw a password without signs that end a word in some format."""
    return rng.choice([rng.choice(PICKED).title() + str(rng.randrange(13, 9999)), _alnum(14)(rng)])


def _alnum(size: int) -> Draw:
    return drawn(ALNUM, size)


def base64ish(size: int) -> Draw:
    """Draw bytes in base64."""
    return lambda rng: base64.b64encode(rng.randbytes(size)).decode()


def url64(size: int) -> Draw:
    """Draw bytes in base64 as it stands in addresses."""
    return lambda rng: base64.urlsafe_b64encode(rng.randbytes(size)).decode().rstrip("=")


def jwt(rng: random.Random) -> str:
    """Draw a signed token."""
    head = {"alg": rng.choice(["HS256", "RS256", "ES256"]), "typ": "JWT"}
    body = {"sub": str(rng.randrange(10**9)), "name": rng.choice(PICKED), "iat": 1516239022}
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in (head, body)]
    return ".".join([*(part.rstrip("=") for part in parts), url64(32)(rng)])


TOKENS: dict[str, Draw] = {
    "aws-key-id": any_of(*(drawn(UPPER + "234567", 16, a + "IA") for a in ("AK", "AS"))),
    "aws-secret": base64ish(30),
    "github": any_of(
        *(drawn(ALNUM, 36, f"gh{kind}" + "_") for kind in "pousr"),
        drawn(ALNUM, 82, "github" + "_pat_"),
    ),
    "gitlab": any_of(drawn(ALNUM + "-_", 20, "gl" + "pat-"), drawn(ALNUM, 26, "gl" + "rt-")),
    "slack": lambda rng: (
        f"xo{rng.choice(['xb', 'xp', 'xa'])}-" + f"{rng.randrange(10**11)}-" + _alnum(24)(rng)
    ),
    "slack-webhook": lambda rng: (
        f"T{drawn(UPPER + DIGITS, 8)(rng)}/B{drawn(UPPER + DIGITS, 10)(rng)}/{_alnum(24)(rng)}"
    ),
    "stripe": any_of(*(drawn(ALNUM, 24, kind + "_live_") for kind in ("sk", "rk")),
                     drawn(ALNUM, 32, "wh" + "sec_")),
    "google": any_of(drawn(ALNUM + "-_", 35, "AI" + "za"), drawn(ALNUM, 28, "GOC" + "SPX-"),
                     drawn(ALNUM + "-_", 60, "ya" + "29.")),
    "azure-client": lambda rng: _alnum(3)(rng) + "8Q" + "~" + drawn(ALNUM + "_.", 34)(rng),
    "npm": drawn(ALNUM, 36, "np" + "m_"),
    "pypi": lambda rng: "pypi" + "-AgEIcHlwaS5vcmc" + url64(60)(rng),
    "sendgrid": lambda rng: f"S{'G'}.{url64(16)(rng)}.{url64(32)(rng)}",
    "twilio": drawn(HEX, 32, "S" + "K"),
    "openai": any_of(drawn(ALNUM, 48, "sk" + "-"), drawn(ALNUM, 90, "sk" + "-proj-")),
    "anthropic": drawn(ALNUM + "-_", 93, "sk" + "-ant-api03-"),
    "huggingface": drawn(LOWER + UPPER, 34, "h" + "f_"),
    "more-makers": any_of(
        drawn(HEX, 64, "dop" + "_v1_"), drawn(HEX, 32, "shp" + "at_"), drawn(HEX, 32, "da" + "pi"),
        drawn(ALNUM, 90, "hv" + "s."), drawn(ALNUM, 27, "dckr" + "_pat_"),
        drawn(ALNUM, 40, "lin" + "_api_"), drawn(HEX, 40, "sb" + "p_"),
        drawn(UPPER + DIGITS, 27, "NR" + "AK-"), drawn(ALNUM, 52, "gs" + "k_"),
        lambda rng: f"{rng.randrange(10**8, 10**9)}:A" + "A" + drawn(ALNUM + "-_", 33)(rng),
        lambda rng: drawn(HEX, 32)(rng) + "-u" + f"s{rng.randrange(1, 21)}",
    ),
    "jwt": jwt,
    "unnamed-base64": any_of(base64ish(24), base64ish(32), base64ish(48), url64(32)),
    "unnamed-letters": any_of(_alnum(32), _alnum(40), drawn(UPPER + "234567", 32)),
    "unnamed-hex": any_of(drawn(HEX, 32), drawn(HEX, 64), drawn(HEX.upper(), 48)),
    "password-hash": any_of(
        lambda rng: "$2" + "b$12$" + drawn(ALNUM + "./", 53)(rng),
        lambda rng: "$6" + "$" + _alnum(8)(rng) + "$" + drawn(ALNUM + "./", 86)(rng),
        lambda rng: "$argon2id" + "$v=19$m=65536,t=3,p=4$" + url64(16)(rng) + "$" + url64(32)(rng),
    ),
}  # fmt: skip

# Where a token stands that must be seen by its form alone: nothing near it is called a secret.
PLACES = {
    "first": [
        'client = Client("{v}")\n',
        "curl https://api.service.io/v1/items -H 'X-Custom: {v}'\n",
        "# old one: {v}\n",
        'const c = new Client({{ id: 7, value: "{v}" }});\n',
        "  - {v}\n",
        '{{"entry": "{v}", "retries": 3}}\n',
        "<item>{v}</item>\n",
        'let x: &str = "{v}";\n',
        "value={v}\n",
    ],
    "second": [
        "requests.get(url, params={{'k': '{v}'}})\n",
        "| prod | {v} | 2023 |\n",
        'fmt.Println("using", "{v}")\n',
        "/* {v} */\n",
        "echo {v} | tee /tmp/out\n",
        "INSERT INTO t VALUES (1, '{v}');\n",
        "  setting: !!str {v}  # rotate\n",
        '$x = "{v}";\n',
        "argument[3]={v},\n",
        "printf '%s' '{v}' >> out\n",
    ],
    "third": [
        "proxy_set_header X-Up {v};\n", "-> {v} <-\n", "[entry]: {v}\n", "x := `{v}`\n",
        "docker run -e A={v} img\n", "<!-- {v} -->\n", "\tenv {{ a = '{v}' }}\n",
        'putStrLn "{v}"\n',
        "{v}\n", "call f ('{v}', 3)\n", "?k={v}&page=2\n", "%% {v}\n",
    ],
}  # fmt: skip

# Name and literal, in many syntaxes. `{n}` is the name in snake case, `{N}` in capitals.
NAMED = {
    "first": {
        "code": [
            '{n} = "{v}"\n', "self.{n} = '{v}'\n", 'String {c} = "{v}";\n', 'const {c} = "{v}";\n',
            'let {n}: &str = "{v}";\n', '{c} := "{v}"\n', "'{n}' => '{v}',\n", ':{n} => "{v}",\n',
            '{n}: "{v}",\n', 'connect({n}="{v}", host=h)\n', 'if {n} == "{v}":\n',
            '#define {N} "{v}"\n', 'os.environ["{N}"] = "{v}"\n', 'define("{N}", "{v}");\n',
            'x = os.getenv("{N}", "{v}")\n', 'NSString *{c} = @"{v}";\n',
            'val {c}: String = "{v}"\n', '{n} = SecretStr("{v}")\n', '${n} = "{v}";\n',
        ],
        "config": [
            "{N}={v}\n", '{N}="{v}"\n', "{n}: {v}\n", '{n}: "{v}"\n', '"{n}": "{v}",\n',
            '{n} = "{v}"\n', "app.{n}={v}\n", "export {N}='{v}'\n", "ENV {N}={v}\n",
            "<{n}>{v}</{n}>\n", '<add key="{c}" value="{v}" />\n', "  {N}: {v}\n",
            '<property name="{c}" value="{v}"/>\n',
        ],
        "pairs": [
            "- name: {N}\n  value: {v}\n", '{{"name": "{N}", "value": "{v}"}}\n',
            '- name: {N}\n  value: "{v}"\n',
        ],
        "escaped": ['body = "{{\\"{n}\\": \\"{v}\\"}}"\n', "'{{\\\"{n}\\\":\\\"{v}\\\"}}'\n"],
    },
    "second": {
        "code": [
            'var {c} string = "{v}"\n', "local {n} = '{v}'\n", "my ${n} = '{v}';\n",
            'static final String {N} = "{v}";\n', '@{n} = "{v}"\n', '{n}="{v}"; run()\n',
            'Dim {c} As String = "{v}"\n', "{c}: '{v}'\n", 'client.set_{n}("{v}")\n',
            'process.env.{N} || "{v}"\n', 'setenv("{N}", "{v}", 1);\n', '(def {n} "{v}")\n',
            "private readonly {c} = `{v}`;\n", 'assert {n} == b"{v}"\n', "{n} <- '{v}'\n",
            'std::string {n}("{v}");\n', 'config["{n}"] = \'{v}\'\n',
        ],
        "config": [
            "{N} = {v}\n", "set {N}={v}\n", "{n}={v}\n", "spring.{n}: {v}\n", "'{n}': '{v}'\n",
            'variable "x" {{\n  {n} = "{v}"\n}}\n', "ARG {N}={v}\n", "    {c}: {v}\n",
            "[db]\n{n} = {v}\n", '<Setting {c}="{v}"/>\n', '<string name="{n}">{v}</string>\n',
            "{N}: '{v}'\n",
        ],
        "pairs": [
            '<env name="{N}" value="{v}"/>\n', "- key: {N}\n  value: {v}\n",
            '{{"key": "{N}",\n "value": "{v}"}}\n',
        ],
        "escaped": ['payload := "{{\\"{c}\\":\\"{v}\\"}}"\n', 'x = "{n}=\\"{v}\\""\n'],
    },
    "third": {
        "code": [
            'def {c} = "{v}"\n', '{c} <- "{v}"\n', '{n}() -> "{v}".\n', '{c} :: String = "{v}"\n',
            'let {c} = "{v}" in\n', 'params.put("{c}", "{v}");\n', 'obj.{c} = "{v}";\n',
            'with_{n}("{v}")\n', '{n} = b"{v}"\n', '{c}="{v}" # rotate\n', "var {N} = '{v}'\n",
            'new Account {{ {c} = "{v}" }};\n', 'static const char *{n} = "{v}";\n',
            'self.{n}: str = "{v}"\n', '{N}: Final = "{v}"\n', '[{c}: "{v}"]\n',
        ],
        "config": [
            "{N} := {v}\n", "Environment={N}={v}\n", 'Environment="{N}={v}"\n', "{n} {v}\n",
            'x = {{ {n} = "{v}", port = 1 }}\n', "helm upgrade --set app.{c}={v}\n",
            "docker run -e {N}={v} image\n", '      {N}: "{v}"\n', "vars:\n  {n}: {v}\n",
            '<entry key="{n}">{v}</entry>\n', "!{n}: {v}\n", "[x]\n{n}={v}\n",
            "<bean {c}='{v}'/>\n", "* {n}: `{v}`\n", "| {n} | `{v}` |\n",
        ],
        "pairs": [
            '{{ name = "{N}", value = "{v}" }},\n', "Key: {N}\nValue: {v}\n",
            "- {{name: {N}, value: {v}}}\n",
        ],
        "escaped": ["echo '{{\\\"{n}\\\": \\\"{v}\\\"}}'\n", 'x = "{{\'{n}\': \'{v}\'}}"\n'],
    },
}  # fmt: skip
NAMES = {
    "first": "password db_password secret_key api_key auth_token client_secret passwd access_token",
    "second": "user_pwd smtp_password jwt_secret service_api_key bearer_token passphrase "
    "encryption_key webhook_secret root_password refresh_token",
    "third": "admin_password mail_pwd session_secret license_key id_token master_key app_secret "
    "ldap_passwd vault_token signing_key keystore_password",
}

# Whole forms of their own: kind, template, and how its value is drawn.
FORMS: dict[str, list[tuple[str, str, Draw]]] = {
    "first": [
        ("url-password", "url = 'postgres://bob:{v}@db.internal:5432/app'\n", tight_password),
        ("url-password", "git clone https://bob:{v}@git.internal/x.git\n", tight_password),
        ("url-password", "redis://:{v}@cache:6379/0\n", tight_password),
        ("url-password", "amqp://guest2:{v}@mq//\n", tight_password),
        ("connection-string", "Server=db;Database=x;User Id=sa;Password={v};\n", tight_password),
        ("connection-string", 'conn = "DRIVER=X;UID=sa;PWD={v};"\n', tight_password),
        ("connection-string", "jdbc:mysql://h/x?user=a&password={v}&ssl=true\n", tight_password),
        ("connection-string", "AccountName=x;AccountKey={v};EndpointSuffix=y\n", base64ish(64)),
        ("authorization", "Authorization: Bearer {v}\n", any_of(_alnum(32), url64(24))),
        ("authorization", "-H 'Authorization: token {v}'\n", drawn(HEX, 40)),
        ("authorization", '"Authorization": "Basic {v}"\n', base64ish(18)),
        ("command-line", "mysqldump -h db --password={v} app\n", tight_password),
        ("command-line", "deploy --api-key {v} --region x\n", tight_password),
        ("command-line", "curl -u admin:{v} https://x.internal/\n", tight_password),
        ("command-line", "PGPASSWORD={v} psql -h db\n", tight_password),
        ("sql", "CREATE USER app IDENTIFIED BY '{v}';\n", tight_password),
        ("sql", "ALTER ROLE app WITH PASSWORD '{v}';\n", tight_password),
    ],
    "second": [
        ("url-password", 'mongodb+srv://svc:{v}@c0.internal/?retryWrites=true"\n', tight_password),
        ("url-password", "proxy = http://svc_user:{v}@10.0.0.7:3128\n", tight_password),
        ("url-password", "ftp://bob:{v}@files.internal/\n", tight_password),
        ("connection-string", "jdbc:oracle:thin:@h;user=x;password={v}\n", tight_password),
        ("connection-string", "host=db user=app password={v} dbname=x\n", tight_password),
        ("connection-string", 'x="Endpoint=sb://n/;SharedAccessKey={v}"\n', base64ish(32)),
        ("connection-string", "https://h/c?sv=1&sig={v}&se=2030\n", base64ish(32)),
        ("authorization", 'req.Header.Set("Authorization", "Bearer {v}")\n', _alnum(40)),
        ("authorization", "authorization: Bearer {v}\n", url64(30)),
        ("authorization", "headers = {{'Authorization': 'Basic {v}'}}\n", base64ish(21)),
        ("command-line", "sshpass -p {v} ssh bob@host\n", tight_password),
        ("command-line", "./run.sh --token={v} && echo ok\n", tight_password),
        ("command-line", "wget --user=x --password='{v}' http://h/\n", tight_password),
        ("command-line", "docker login -u bob -p {v} registry\n", tight_password),
        ("sql", "CREATE USER \"app\" PASSWORD '{v}';\n", tight_password),
        ("sql", "SET PASSWORD FOR 'bob'@'%' = '{v}';\n", tight_password),
    ],
    "third": [
        ("url-password", "DATABASE_URL=mysql2://app:{v}@db/app\n", tight_password),
        ("url-password", 'remote = "https://ci:{v}@host.internal:8443/x.git"\n', tight_password),
        ("url-password", "- smtp://mailer%40x:{v}@smtp.internal:587\n", tight_password),
        ("connection-string", 'cs = "Data Source=h;User=u;Pwd={v};Encrypt=no"\n', tight_password),
        ("connection-string", "ldap://h?bindpw={v}&password={v}\n", tight_password),
        ("connection-string", "DSN=x;PASSWORD={v}\n", tight_password),
        ("authorization", "  Authorization: Bearer {v} \\\n", _alnum(36)),
        ("authorization", 'h["authorization"] = "Token {v}"\n', drawn(HEX, 40)),
        ("authorization", "setRequestHeader('Authorization', 'Basic {v}')\n", base64ish(15)),
        ("command-line", "psql 'host=h password={v}'\n", tight_password),
        ("command-line", "az login --service-principal -u x --password {v}\n", tight_password),
        ("command-line", "mysql -uroot -p{v} app < dump\n", tight_password),
        ("command-line", "tool --client-secret={v}\n", tight_password),
        ("sql", "CREATE LOGIN app WITH PASSWORD = '{v}';\n", tight_password),
        ("sql", 'GRANT ALL ON x TO y IDENTIFIED BY "{v}";\n', tight_password),
    ],
}
BEFORE = (
    '"""Settings of the service."""\n\nimport os\n\nfrom app import Client\n\n',
    "# Deployed by the pipeline; see doc/deploy.md.\n\n",
    'package main\n\nimport (\n\t"fmt"\n)\n\n// main starts the server.\nfunc main() {\n',
    "/* eslint-env node */\n'use strict';\n\nmodule.exports = {\n  port: 8080,\n",
    '<?xml version="1.0" encoding="utf-8"?>\n<configuration>\n',
    "version: '3'\nservices:\n  web:\n    image: web:1.2.3\n",
    "",
)
AFTER = (
    "\n\ndef main() -> None:\n    Client().run(timeout=30)\n",
    "\n# The end.\nretries: 3\ntimeout: 30\nregion: here\n",
    "\n// nothing more\nreturn 0;\n}\n",
    "",
)


def positives(seed: int, style: str = "first", each: int = 40) -> Iterator[Case]:
    """Make the cases that hold a secret, at least `each` of every kind."""
    rng = random.Random(seed)  # noqa: S311 - the same cases every time
    for kind, draw in TOKENS.items():
        for _ in range(each):
            value = draw(rng)
            yield _around(rng, kind, rng.choice(PLACES[style]).format(v=value), value)
    names = NAMES[style].split()
    for kind, templates in NAMED[style].items():
        for number in range(each * (3 if kind in {"code", "config"} else 1)):
            template = templates[number % len(templates)]
            value = tight_password(rng) if "<" in template else password(rng)
            snippet = _named(rng, template, rng.choice(names), value)
            yield _around(rng, f"named-{kind}", snippet, value)
    for kind in dict.fromkeys(form[0] for form in FORMS[style]):
        forms = [form for form in FORMS[style] if form[0] == kind]
        for number in range(each):
            _, template, draw = forms[number % len(forms)]
            value = draw(rng)
            yield _around(rng, kind, template.format(v=value), value)
    for _ in range(each):
        yield _private_key(rng)
        yield _encoded(rng)
        yield _key_body(rng)
        yield _in_pieces(rng, style)


def _named(rng: random.Random, template: str, name: str, value: str) -> str:
    first, *rest = name.split("_")
    camel = first + "".join(part.title() for part in rest)
    if rng.random() < 0.3:
        camel = camel[:1].upper() + camel[1:]
    return template.format(n=name, N=name.upper(), c=camel, v=value)


def _around(rng: random.Random, kind: str, snippet: str, *secrets: str) -> Case:
    return Case(kind, rng.choice(BEFORE) + snippet + rng.choice(AFTER), secrets)


def _private_key(rng: random.Random) -> Case:
    name = rng.choice(["RSA ", "EC ", "", "OPENSSH ", "ENCRYPTED ", "DSA "]) + "PRIVATE" + " KEY"
    body = base64.b64encode(rng.randbytes(rng.randrange(120, 900))).decode()
    lines = [body[at : at + 64] for at in range(0, len(body), 64)]
    armour = [f"-----BEGIN {name}-----", *lines, f"-----END {name}-----"]
    glue = rng.choice(["\n", "\n", "\\n", '\\n" +\n  "', "\n    "])
    return _around(rng, "private-key", f'key = """{glue.join(armour)}"""\n', *lines)


def _encoded(rng: random.Random) -> Case:
    told = rng.choice(["password={}", "bob:{}", '{{"api_key":"{}"}}', "DB_PASSWORD={}"])
    value = base64.b64encode(told.format(tight_password(rng)).encode()).decode()
    place = rng.choice(["data: {v}\n", 'blob = "{v}"\n', "echo {v} | base64 -d\n"])
    return _around(rng, "base64", place.format(v=value), value)


def _key_body(rng: random.Random) -> Case:
    body = base64.b64encode(rng.randbytes(600)).decode()
    lines = [body[at : at + 64] for at in range(0, 768, 64)]
    return _around(rng, "key-body", "blob: |\n  " + "\n  ".join(lines) + "\n", *lines)


def _in_pieces(rng: random.Random, style: str) -> Case:
    value = rng.choice([TOKENS["github"], TOKENS["aws-key-id"], TOKENS["openai"], _alnum(40)])(rng)
    at = rng.randrange(8, len(value) - 8)
    glue = {
        "first": ['" + "', '" "', '"\n     "', '" +\n    "'],
        "second": ['" . "', '"  +  "', '" \\\n  "', '" & "'],
        "third": ['"\n\t. "', '" .. "', '" <> "', '"+"'],
    }[style]
    one, two = value[:at], value[at:]
    snippet = f'x = ("{one}{rng.choice(glue)}{two}")\n'
    # A short piece without the rest is worth nothing; the long one must go.
    return _around(rng, "in-pieces", snippet, max(one, two, key=len))


# ── what must stay ─────────────────────────────────────────────────────────────────────────────

PLAIN = {
    "placeholder": [
        'password = "changeme"\n', "API_KEY=your_api_key_here\n", 'token: "<your-token>"\n',
        "DB_PASSWORD=${{DB_PASSWORD}}\n", "secret: xxxxxxxxxxxx\n", 'api_key = "********"\n',
        "password: {{{{ vault.db_password }}}}\n", 'TOKEN="$TOKEN"\n', "passwd = %(passwd)s\n",
        'client_secret = "REPLACE_ME"\n', "url = postgres://user:password@localhost/db\n",
        "Authorization: Bearer <token>\n", "Authorization: Bearer ${{TOKEN}}\n",
    ],
    "reference": [
        'password = os.environ["DB_PASSWORD"]\n', "const token = process.env.API_TOKEN;\n",
        "secret = get_secret(name)\n", "self.token = token\n", "password=password, host=host)\n",
        'api_key = config.get("api_key")\n', "String password = request.getParameter(name);\n",
        "token = tokens[index + 1]\n", "access_token = response.json()['access_token']\n",
        "if (password !== confirmPassword) {{\n", "passwordHash := hash(password)\n",
    ],
    "type": [
        "password: str\n", "token: string | null;\n", "secret: Optional[str] = None\n",
        "api_key: SecretStr = Field(default=None)\n", "private String password;\n",
        "def login(user: str, password: str) -> Token:\n", "token: &'a str,\n",
    ],
    "dummy": [
        'password="password"\n', 'password="secret"\n', 'token = "test"\n', 'api_key = "dummy"\n',
        'client.login(username="alice", password="secret")\n', "password: example\n",
        'secret = "foobar"\n', '{{"password": "password1"}}\n', 'token="token"\n',
    ],
    "words": [
        'password = "swordfish"\n', 'label = {{"password": "Your password"}}\n',
        'password_help = "Enter at least 8 characters"\n', 'token_type = "bearer"\n',
        "max_tokens = 4096\n", 'secret_name = "prod/database"\n', "token_url: /oauth2/token\n",
        'password_file = "/run/secrets/db_password"\n', 'key = "primary"\n',
    ],
    "identifier": [
        "from django.contrib.auth.hashers import PBKDF2PasswordHasher\n",
        "test_the_scanner_finds_every_file_that_was_written_2_times()\n",
        'class="btn-primary-outline-large md-col-6"\n', "HTTP_STATUS_TOO_MANY_REQUESTS_429 = 1\n",
        "getElementByIdAndClassNameRecursively(rootNode2)\n",
    ],
    "address": [
        "https://example.com/static/js/vendor/bootstrap-5.3.0/dist/index.html\n",
        "see https://docs.example.org/en/latest/reference/configuration-settings.html#anchor\n",
        "git@host.example:group/project-name-with-words.git\n",
        "import thing from '../../components/navigation/SidebarMenuItem.vue';\n",
    ],
    "alphabet": [
        'A = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"\n',
        'HEX = "0123456789abcdef0123456789abcdef"\n',
        "line = '=' * 40 + '-----------------------'\n",
        'x = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"\n',
        "0000000000000000000000000000000000000000\n",
    ],
    "number": [
        "2024-03-01T12:30:45.123456+00:00\n", "version = 10.15.7-20231105123456\n",
        "x86_64-unknown-linux-gnu-2.17-manylinux2014\n", "0x00000000ffffffff 0x7fffffffffffffff\n",
        "3.14159265358979323846264338327950288\n",
    ],
}  # fmt: skip


def negatives(seed: int, each: int = 30) -> Iterator[Case]:
    """Make the cases in which nothing is a secret, at least `each` of every kind."""
    rng = random.Random(seed)  # noqa: S311 - the same cases every time
    for kind, templates in PLAIN.items():
        for number in range(each):
            yield _around(rng, kind, templates[number % len(templates)].format())
    for _ in range(each):
        digest = base64.b64encode(rng.randbytes(48)).decode()
        sha1, sha256 = drawn(HEX, 40)(rng), drawn(HEX, 64)(rng)
        uuid = "-".join(drawn(HEX, size)(rng) for size in (8, 4, 4, 4, 12))
        for kind, values, places in (
            ("commit", sha1, ["rev: {}\n", "commit {}\n", "uses: a/b@{}\n", "{}\n"]),
            ("checksum", sha256, ["sha256:{}\n", 'sha256 = "{}"\n', "checksum: {}\n"]),
            ("uuid", uuid, ['id = "{}"\n', "GUID({})\n", "/items/{}/\n"]),
            ("integrity", digest, ['<script src="a.js" integrity="sha384-{}">\n']),
            ("public-key", _alnum(48)(rng), ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5{} bob@host\n"]),
        ):
            yield _around(rng, kind, rng.choice(places).format(values))
        yield _around(rng, "certificate", _certificate(rng))


def _certificate(rng: random.Random) -> str:
    body = base64.b64encode(rng.randbytes(700)).decode()
    lines = [body[at : at + 64] for at in range(0, len(body), 64)]
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])
