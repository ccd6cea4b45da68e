import ssl
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from portal.web import smtp
from tests.web.smtp_server import Server, Sink

Start = Callable[..., Server]


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def start(sink: Sink) -> Iterator[Start]:
    started: list[Server] = []

    def starting(**options: object) -> Server:
        server = Server(sink, **options)
        server.start()
        started.append(server)
        return server

    yield starting
    smtp.hang_up()
    for server in started:
        server.stop()


@pytest.fixture
def url(start: Start) -> str:
    return f"smtp://127.0.0.1:{start().port}"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A key and a certificate for this machine, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "certificate.pem"
    pem, no_password = serialization.Encoding.PEM, serialization.NoEncryption()
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, no_password)
    path.write_bytes(secret + made.public_bytes(pem))
    return path


@pytest.fixture
def server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trust(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let this machine trust the certificate, as it trusts those of the world."""

    def trusting() -> None:
        known = ssl.create_default_context(cafile=str(certificate))
        monkeypatch.setattr(ssl, "create_default_context", lambda: known)

    return trusting


def mail() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = "portal@example.com", "kari@nordlys.example.com"
    message["Subject"], message["Message-ID"] = "Æøå", "<1@localhost>"
    message.set_content("Hei.")
    return message


def test_a_mail_is_handed_over(url: str, sink: Sink) -> None:
    smtp.deliver(mail(), url)
    (taken,) = sink.mails
    assert (taken["Subject"], taken["To"]) == ("Æøå", "kari@nordlys.example.com")


@pytest.mark.parametrize("answer", ["421 Closing", "450 Greylisted", "452 Full"])
@pytest.mark.parametrize("stage", ["rcpt", "data"])
def test_what_passes_is_trouble(url: str, sink: Sink, stage: str, answer: str) -> None:
    getattr(sink, stage).append(answer)
    with pytest.raises(smtp.Trouble, match=answer[:3]):
        smtp.deliver(mail(), url)
    smtp.deliver(mail(), url)
    assert len(sink.mails) == 1


@pytest.mark.parametrize("answer", ["550 kari@nordlys.example.com is unknown", "554 Spam"])
@pytest.mark.parametrize("stage", ["rcpt", "data"])
def test_what_stays_is_a_refusal_and_does_not_repeat_the_address(
    url: str, sink: Sink, stage: str, answer: str
) -> None:
    getattr(sink, stage).append(answer)
    with pytest.raises(smtp.Refused, match=answer[:3]) as refused:
        smtp.deliver(mail(), url)
    assert "kari" not in str(refused.value)
    assert sink.mails == []


def test_a_server_that_falls_silent_is_trouble(
    url: str, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "_TIMEOUT", 0.3)
    sink.hangs = 2
    began = time.monotonic()
    with pytest.raises(smtp.Trouble):
        smtp.deliver(mail(), url)
    assert time.monotonic() - began < 2


def test_a_server_that_hangs_up_before_it_says_yes_is_trouble(url: str, sink: Sink) -> None:
    sink.drops = 1
    with pytest.raises(smtp.Trouble):
        smtp.deliver(mail(), url)
    # It may have taken the mail all the same: that is why each try carries the same Message-ID.
    smtp.deliver(mail(), url)
    assert [taken["Message-ID"] for taken in sink.mails] == ["<1@localhost>"] * 2


def test_a_server_that_is_not_there_is_trouble() -> None:
    with pytest.raises(smtp.Trouble, match="ConnectionRefusedError"):
        smtp.deliver(mail(), "smtp://127.0.0.1:1")


def test_no_mail_is_sent_in_plain_where_encryption_was_asked_for(start: Start, sink: Sink) -> None:
    with pytest.raises(smtp.Trouble):
        smtp.deliver(mail(), f"smtp+starttls://localhost:{start().port}")
    assert sink.mails == []


@pytest.mark.parametrize("scheme", ["smtp+starttls", "smtps"])
def test_mail_is_encrypted_for_a_server_that_is_who_it_says(
    start: Start,
    sink: Sink,
    server_tls: ssl.SSLContext,
    trust: Callable[[], None],
    scheme: str,
) -> None:
    options = {"tls_context": server_tls, "require_starttls": True}
    server = start(**(options if scheme == "smtp+starttls" else {"ssl_context": server_tls}))
    with pytest.raises(smtp.Trouble, match="SSLCertVerificationError"):
        smtp.deliver(mail(), f"{scheme}://localhost:{server.port}")
    assert sink.mails == []
    trust()
    smtp.deliver(mail(), f"{scheme}://localhost:{server.port}")
    assert len(sink.mails) == 1


def test_we_say_who_we_are_and_a_wrong_password_is_for_us_to_mend(start: Start, sink: Sink) -> None:
    def known(
        _server: object, _talk: object, _envelope: object, _how: object, who: object
    ) -> object:
        right = (getattr(who, "login", b""), getattr(who, "password", b"")) == (b"portal", b"p@ss")
        return AuthResult(success=right, handled=right)

    options = {"authenticator": known, "auth_require_tls": False}
    port = start(**options).port
    with pytest.raises(smtp.Trouble, match="535"):
        smtp.deliver(mail(), f"smtp://portal:wrong@127.0.0.1:{port}")
    smtp.deliver(mail(), f"smtp://portal:p%40ss@127.0.0.1:{port}")
    assert len(sink.mails) == 1
