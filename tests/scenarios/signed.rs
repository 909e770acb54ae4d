//! Mail is signed with two keys, and an implementation that others wrote finds every signature good.

use std::io::Write;
use std::process::{Command, Stdio};

use roundup::rfc::dkim::{Settings, Signer};

use crate::support::{Charity, Server, field, needed};

/// Verifies each signature of a message with dkimpy; the records come as arguments, NAME and TEXT in turn.
const VERIFY: &str = "
import sys, dkim
records = dict(zip(sys.argv[1::2], sys.argv[2::2]))
find = lambda name, timeout=5: records[name.decode().rstrip('.')].encode()
message = sys.stdin.buffer.read()
checker = dkim.DKIM(message)
count = sum(1 for name, _ in checker.headers if name.lower() == b'dkim-signature')
print(' '.join(str(checker.verify(idx=i, dnsfunc=find)) for i in range(count)))
";

fn keys() -> String {
    let rsa = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048);
    let ed = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519);
    format!("{}\n{}", rsa.unwrap().serialize_pem(), ed.unwrap().serialize_pem())
}

#[test]
fn both_signatures_of_every_message_are_good() {
    let keys = keys();
    let server = Server::good();
    let charity = Charity::new()
        .relay(&server)
        .file("dkim.pem", &keys)
        .variable("ROUNDUP_DKIM_KEY_FILE", "dkim.pem")
        .file(
            "subscribers/people.csv",
            "email,first_name,basis\nann@example.org,Zoë  ..  x,consent\nbob@example.org,\"  .\",consent\n\
             carl@example.org,𝔘𝔫𝔦𝔠𝔬𝔡𝔢,consent\ndora@example.org,,consent\n",
        )
        .file(
            "editions/2020.md",
            "---\nsubject: \"For {{recipient \\\"first_name\\\" fallback=\\\"you\\\"}}\"\npreheader: \"x\"\ntemplate: year\nwindow: \
             \"2020\"\nitems:\n  - 2020-12-03-story\nleft_out: [2020-12-12-story, 2020-12-21-story]\n---\n\nDear {{recipient \
             \"first_name\" fallback=\"friend\"}}  ,\n\n.\n\n..two  spaces\n",
        );
    charity.run("send 2020 --confirm 4").ends(0);
    let taken = server.taken();
    assert_eq!(taken.len(), 4);
    for message in &taken {
        for signature in
            field(&message.bytes.replace("\r\n ", " ").replace("\r\n\t", " "), "DKIM-Signature")
        {
            for name in [
                "from",
                "to",
                "subject",
                "date",
                "message-id",
                "list-unsubscribe",
                "list-id",
                "mime-version",
            ] {
                let twice =
                    signature.split(['=', ':', ';', ' ']).filter(|word| *word == name).count();
                assert!(twice >= 2, "{name} is not signed and kept from being added: {signature}");
            }
        }
    }
    let signers = Signer::read(&keys, "charity.example", &Settings::default()).unwrap();
    let records: Vec<String> =
        signers.iter().flat_map(|signer| [signer.record_name(), signer.record()]).collect();
    for message in &taken {
        opendkim_finds_it_good(&charity, &signers, &message.bytes);
    }
    if needed("/usr/bin/dkimverify").is_none() {
        return;
    }
    for message in taken {
        // Debian's module belongs to Debian's Python.
        let mut verify = Command::new("/usr/bin/python3")
            .args(["-c", VERIFY])
            .args(&records)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        verify.stdin.take().unwrap().write_all(message.bytes.as_bytes()).unwrap();
        let said = verify.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&said.stdout).trim(), "True True", "{}", message.bytes);
    }
}

/// `OpenDKIM` knows only RSA: the other signature is taken off, as a relay would ignore a signature it cannot read.
fn opendkim_finds_it_good(charity: &Charity, signers: &[Signer], message: &str) {
    let Some(opendkim) = needed("opendkim") else { return };
    let rsa = signers.iter().find(|signer| signer.record().contains("k=rsa")).unwrap();
    let fields: Vec<&str> = message.split_inclusive("\r\n").collect();
    let mut kept = String::new();
    let mut is_other = false;
    for line in fields {
        if !line.starts_with([' ', '\t']) {
            is_other = false;
        }
        if line.starts_with("DKIM-Signature:") && line.contains("a=ed25519") {
            is_other = true;
        }
        if !is_other {
            kept.push_str(line);
        }
    }
    assert_eq!(kept.matches("DKIM-Signature:").count(), 1, "{message}");
    let write = |name: &str, text: &str| {
        let path = charity.path(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let keys = write("opendkim.keys", &format!("{} {}\n", rsa.record_name(), rsa.record()));
    let settings =
        write("opendkim.conf", &format!("Mode v\nTestPublicKeys {}\nSyslog no\n", keys.display()));
    for (text, good) in [(kept.clone(), true), (kept.replace("spaces", "words"), false)] {
        let mail = write("opendkim.eml", &text.replace("\r\n", "\n"));
        let said = Command::new(&opendkim)
            .arg("-x")
            .arg(&settings)
            .args(["-vv", "-t"])
            .arg(&mail)
            .output()
            .unwrap();
        let said = format!(
            "{}{}",
            String::from_utf8_lossy(&said.stdout),
            String::from_utf8_lossy(&said.stderr)
        );
        assert!(said.contains("verification (s=roundup"), "{said}\n{text}");
        assert_eq!(said.contains("succeeded"), good, "{said}\n{text}");
    }
}

#[test]
fn keys_that_cannot_sign() {
    for (key, said) in [
        ("hello", "not a PEM file"),
        (
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
            "neither RSA nor Ed25519",
        ),
    ] {
        let charity = Charity::new().people(1).variable("ROUNDUP_DKIM_KEY", key);
        charity.run("send --year 2020 --confirm 1").ends(2).says(said);
    }
}
