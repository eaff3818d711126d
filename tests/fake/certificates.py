"""Certificates of an own authority, made at start by openssl.

ca.crt is the one to trust; a second authority that nobody trusts signs the untrusted ones. One key serves all:
nothing here is secret.
"""
import os
import ssl
import subprocess
import time

DAY = 86400
# kind: who signs, from when and until when, in days from now
KINDS = {
    "good": ("ca", -1, 60),
    "expiring": ("ca", -80, 5),
    "expired": ("ca", -90, -2),
    "untrusted": ("stranger", -1, 60),
    "wrong-name": ("ca", -1, 60),
}
CONFIGURATION = """[ca]
default_ca = own
[own]
database = index.txt
serial = serial
new_certs_dir = .
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
"""


class Certificates:
    def __init__(self, folder):
        self.folder = folder
        self.contexts = {}
        os.makedirs(folder, exist_ok=True)
        for name, text in (("ca.cnf", CONFIGURATION), ("index.txt", ""), ("serial", "01\n")):
            self.write(name, text)
        for name in ("ca", "stranger"):
            self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "90",
                         "-keyout", f"{name}.key", "-out", f"{name}.crt", "-subj", f"/CN=The fake tailnet's {name}",
                         "-addext", "keyUsage = critical, keyCertSign, cRLSign")     # Python wants it since 3.13
        self.openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                     "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", "/CN=leaf")

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="ascii") as file:
            file.write(text)

    def openssl(self, *words):
        done = subprocess.run(["openssl", *words], cwd=self.folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise OSError(f"openssl {words[0]}: {done.stderr.strip()}")

    def context(self, name, kind):
        """The TLS side of a server of that name."""
        if (name, kind) not in self.contexts:
            signer, since, until = KINDS[kind]
            leaf = f"{name}-{kind}.crt"
            subject = "elsewhere.invalid" if kind == "wrong-name" else name
            self.write("leaf.ext", f"subjectAltName = DNS:{subject}\nauthorityKeyIdentifier = keyid\n")
            dates = (time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + days * DAY)) for days in (since, until))
            start, end = dates
            self.openssl("ca", "-config", "ca.cnf", "-batch", "-notext", "-cert", f"{signer}.crt", "-keyfile",
                         f"{signer}.key", "-in", "leaf.csr", "-subj", f"/CN={subject}", "-extfile", "leaf.ext",
                         "-startdate", start, "-enddate", end, "-out", leaf)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(os.path.join(self.folder, leaf), os.path.join(self.folder, "leaf.key"))
            context.set_alpn_protocols(["http/1.1"])
            self.contexts[name, kind] = context
        return self.contexts[name, kind]
