//! Mail servers that others wrote, each in a folder and at a port of its own, for as long as a test needs it.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use base64::Engine;

use super::{Server, needed, skip};

/// A running server.
pub struct Daemon {
    child: Child,
    folder: tempfile::TempDir,
    pub port: u16,
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // Servers of several processes end them on SIGTERM, and not when they are killed. Postfix's own
        // process is a child of the one that was started.
        let master = self.read("queue/pid/master.pid").trim().to_owned();
        let pids = [master, self.child.id().to_string()];
        let pids = pids.iter().filter(|pid| !pid.is_empty());
        let told = Command::new("kill").args(pids).status();
        if !told.is_ok_and(|status| status.success()) {
            // It may be gone already.
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

impl Daemon {
    /// What the server has written to a file of its folder.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()
    }

    pub fn address(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// A file of its folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Waits until it greets, or says why it does not.
    fn started(mut command: Command, folder: tempfile::TempDir, port: u16) -> Self {
        let log = fs::File::create(folder.path().join("output")).unwrap();
        let child = command
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut daemon = Self { child, folder, port };
        loop {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return daemon;
            }
            if let Some(status) = daemon.child.try_wait().unwrap() {
                panic!("{status}: {}", daemon.read("output"));
            }
            std::thread::yield_now();
        }
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn open_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    // Servers give up their rights, and have to find their files all the same.
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
    folder
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    let is_root = id.is_ok_and(|id| id.stdout == b"0\n");
    if !is_root {
        skip("Postfix and Exim start as root only");
    }
    is_root
}

/// A file below `target/` that `scripts/test` has put there.
fn installed(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target").join(path);
    if path.exists() {
        return Some(path);
    }
    skip(&format!("{} is missing", path.display()));
    None
}

/// Postfix as a relay that hands everything to `behind`. `settings` come on top of main.cf.
pub fn postfix(behind: &Server, settings: &str) -> Option<Daemon> {
    let program = needed("postfix")?;
    if !is_root() {
        return None;
    }
    let folder = open_folder();
    let path = folder.path();
    let port = free_port();
    for name in ["conf", "queue", "data"] {
        fs::create_dir(path.join(name)).unwrap();
    }
    Command::new("chown").arg("postfix").arg(path.join("data")).status().unwrap();
    let main = format!(
        "compatibility_level = 3.6\nqueue_directory = {path}/queue\ndata_directory = {path}/data\n\
         maillog_file = {path}/mail.log\nmaillog_file_prefixes = {prefix}\nmyhostname = relay.test\n\
         mydestination =\nalias_maps =\nlocal_recipient_maps =\ninet_interfaces = 127.0.0.1\n\
         inet_protocols = ipv4\nmynetworks = 127.0.0.0/8\nsmtp_tls_security_level = none\n\
         default_transport = smtp:[127.0.0.1]:{behind}\nrelay_transport = smtp:[127.0.0.1]:{behind}\n\
         smtpd_relay_restrictions = permit_mynetworks, reject\n{settings}\n",
        path = path.display(),
        prefix = path.display(),
        behind = behind.port(),
    );
    fs::write(path.join("conf/main.cf"), main).unwrap();
    let mut master =
        format!("{port} inet n - n - - smtpd\npostlog unix-dgram n - n - 1 postlogd\n");
    for (name, program) in [
        ("pickup", "pickup"),
        ("cleanup", "cleanup"),
        ("qmgr", "qmgr"),
        ("tlsmgr", "tlsmgr"),
        ("rewrite", "trivial-rewrite"),
        ("bounce", "bounce"),
        ("defer", "bounce"),
        ("trace", "bounce"),
        ("verify", "verify"),
        ("proxymap", "proxymap"),
        ("error", "error"),
        ("virtual", "virtual"),
        ("retry", "error"),
        ("smtp", "smtp"),
        ("anvil", "anvil"),
        ("scache", "scache"),
    ] {
        let wake = if matches!(name, "pickup" | "qmgr") { "60" } else { "-" };
        let most = match name {
            "pickup" | "qmgr" | "anvil" | "scache" | "tlsmgr" => "1",
            "cleanup" | "bounce" | "defer" | "trace" => "0",
            _ => "-",
        };
        // Sockets that Postfix's own commands use are not private.
        let private = if matches!(name, "pickup" | "cleanup" | "qmgr") { "n" } else { "-" };
        // It writes mailboxes as their owners.
        let unprivileged = if name == "virtual" { "n" } else { "-" };
        master += &format!("{name} unix {private} {unprivileged} n {wake} {most} {program}\n");
    }
    fs::write(path.join("conf/master.cf"), master).unwrap();
    let mut command = Command::new(program);
    command.arg("-c").arg(path.join("conf")).arg("start-fg");
    Some(Daemon::started(command, folder, port))
}

/// Postfix that hands everything to `behind`, but what is for the charity itself: that goes into a mailbox.
pub fn postfix_with_mailbox(behind: &Server, mailbox: &Daemon) -> Option<Daemon> {
    let owner = |flag: &str| {
        let output = Command::new("id").args([flag, "nobody"]).output().unwrap().stdout;
        String::from_utf8(output).unwrap().trim().to_owned()
    };
    let settings = format!(
        "virtual_mailbox_domains = charity.example\nvirtual_mailbox_base = {}\n\
         virtual_mailbox_maps = static:mail/\nvirtual_minimum_uid = 1\n\
         virtual_uid_maps = static:{}\nvirtual_gid_maps = static:{}\n",
        mailbox.path("").display(),
        owner("-u"),
        owner("-g"),
    );
    postfix(behind, &settings)
}

/// Answers Postfix's questions about one username and password, in the protocol of Dovecot's authentication server.
pub struct Logins {
    folder: tempfile::TempDir,
}

impl Logins {
    pub fn new(username: &'static str, password: &'static str) -> Self {
        let folder = open_folder();
        let path = folder.path().join("auth");
        let listener = UnixListener::bind(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o777)).unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                std::thread::spawn(move || {
                    let hello = "VERSION\t1\t1\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t1\n\
                                 COOKIE\t00000000000000000000000000000000\nDONE\n";
                    let _ = stream.write_all(hello.as_bytes());
                    let lines = BufReader::new(stream.try_clone().unwrap()).lines();
                    for line in lines.map_while(Result::ok) {
                        let mut words = line.split('\t');
                        let (Some("AUTH"), Some(id)) = (words.next(), words.next()) else {
                            continue;
                        };
                        let expected = base64::engine::general_purpose::STANDARD
                            .encode(format!("\0{username}\0{password}"));
                        let answer = if line.contains(&format!("resp={expected}")) {
                            format!("OK\t{id}\tuser={username}\n")
                        } else {
                            format!("FAIL\t{id}\tuser={username}\n")
                        };
                        let _ = stream.write_all(answer.as_bytes());
                    }
                });
            }
        });
        Self { folder }
    }

    /// What Postfix needs to know of it.
    pub fn settings(&self) -> String {
        format!(
            "smtpd_sasl_auth_enable = yes\nsmtpd_sasl_type = dovecot\nsmtpd_sasl_path = {}/auth\n\
             smtpd_relay_restrictions = permit_sasl_authenticated, reject",
            self.folder.path().display()
        )
    }
}

/// Exim, unpacked and not installed: its package would push Postfix out. What it takes stays in its queue. `PORT` in the
/// settings is its port.
pub fn exim(settings: &str, acl: &str) -> Option<Daemon> {
    let settings = format!("queue_only = true\n{settings}");
    start_exim(&settings, &format!("{acl}  accept\nbegin routers\nbegin transports\nbegin retry\n"))
}

/// Exim that hands everything to `behind`, but what is for the charity itself: that goes into a mailbox.
pub fn exim_with_mailbox(behind: &Server, mailbox: &Daemon) -> Option<Daemon> {
    let sections = format!(
        "  accept\nbegin routers\n\
         own:\n  driver = accept\n  domains = charity.example\n  transport = mailbox\n\
         others:\n  driver = manualroute\n  route_list = * 127.0.0.1\n  self = send\n  transport = behind\n\
         begin transports\n\
         mailbox:\n  driver = appendfile\n  maildir_format\n  directory = {mailbox}\n  user = nobody\n  group = nogroup\n\
         behind:\n  driver = smtp\n  port = {port}\n  allow_localhost\n  hosts_avoid_tls = *\n\
         begin retry\n",
        mailbox = mailbox.path("mail").display(),
        port = behind.port(),
    );
    let program = installed("exim/usr/sbin/exim4")?;
    start_exim(&format!("exim_path = {}\n", program.display()), &sections)
}

/// `sections` begin in the list of access rules for a recipient.
fn start_exim(settings: &str, sections: &str) -> Option<Daemon> {
    let program = installed("exim/usr/sbin/exim4")?;
    if !is_root() {
        return None;
    }
    let folder = open_folder();
    let path = folder.path();
    let port = free_port();
    fs::create_dir(path.join("spool")).unwrap();
    fs::set_permissions(path.join("spool"), fs::Permissions::from_mode(0o777)).unwrap();
    let configuration = format!(
        "exim_user = nobody\nexim_group = nogroup\nkeep_environment = LD_LIBRARY_PATH\nspool_directory = {path}/spool\n\
         log_file_path = {path}/%slog\npid_file_path = {path}/pid\nprimary_hostname = relay.test\n\
         never_users =\nacl_smtp_rcpt = rcpt\nacl_smtp_data = accept\n{settings}\n\
         begin acl\nrcpt:\n{sections}",
        path = path.display(),
        settings = settings.replace("PORT", &port.to_string()),
    );
    fs::write(path.join("exim.conf"), configuration).unwrap();
    let mut command = Command::new(program);
    let libraries = path_of_libraries();
    command.env("LD_LIBRARY_PATH", libraries);
    command.arg("-C").arg(path.join("exim.conf")).args(["-bdf", "-oX"]);
    command.arg(format!("127.0.0.1.{port}"));
    Some(Daemon::started(command, folder, port))
}

fn path_of_libraries() -> PathBuf {
    let below = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/exim/usr/lib");
    // The folder is named after the kind of computer.
    let folders = fs::read_dir(&below).into_iter().flatten().flatten().map(|entry| entry.path());
    folders.into_iter().find(|path| path.join("libidn.so.12").exists()).unwrap_or(below)
}

/// Haraka, which takes everything and writes down for whom.
pub fn haraka() -> Option<Daemon> {
    let program = installed("haraka/node_modules/Haraka/bin/haraka")?;
    let node = needed("node")?;
    let folder = open_folder();
    let path = folder.path();
    let port = free_port();
    for name in ["config", "plugins"] {
        fs::create_dir(path.join(name)).unwrap();
    }
    fs::write(path.join("config/smtp.ini"), format!("listen=127.0.0.1:{port}\nnodes=0\n")).unwrap();
    fs::write(path.join("config/plugins"), "take\n").unwrap();
    fs::write(path.join("config/me"), "relay.test\n").unwrap();
    // It has no words to greet with unless this file is there.
    let words = installed("haraka/node_modules/Haraka/config/connection.ini")?;
    fs::copy(words, path.join("config/connection.ini")).unwrap();
    let plugin = format!(
        "const fs = require('fs');\n\
         exports.hook_rcpt = function (next) {{ next(OK); }};\n\
         exports.hook_queue = function (next, connection) {{\n\
           const to = connection.transaction.rcpt_to.map((rcpt) => rcpt.user + '@' + rcpt.host);\n\
           fs.appendFileSync('{}/taken', to.join('\\n') + '\\n');\n\
           next(OK);\n\
         }};\n",
        path.display()
    );
    fs::write(path.join("plugins/take.js"), plugin).unwrap();
    let mut command = Command::new(node);
    command.arg(program).arg("-c").arg(path);
    Some(Daemon::started(command, folder, port))
}

/// aiosmtpd, which takes everything and writes down for whom.
pub fn aiosmtpd() -> Option<Daemon> {
    let python = installed("aiosmtpd/bin/python")?;
    let folder = open_folder();
    let port = free_port();
    let script = format!(
        "import asyncio\nfrom aiosmtpd.controller import Controller\n\
         class Handler:\n\
        \x20   async def handle_DATA(self, server, session, envelope):\n\
        \x20       with open('taken', 'a') as taken:\n\
        \x20           taken.write(''.join(to + '\\n' for to in envelope.rcpt_tos))\n\
        \x20       return '250 taken'\n\
         controller = Controller(Handler(), hostname='127.0.0.1', port={port})\n\
         controller.start()\n\
         asyncio.new_event_loop().run_forever()\n"
    );
    fs::write(folder.path().join("server.py"), script).unwrap();
    let mut command = Command::new(python);
    command.arg("server.py");
    Some(Daemon::started(command, folder, port))
}

/// Dovecot with one mailbox: its user is `ann`, and the password `secret`. It speaks TLS with a certificate of its own, which
/// stands in `ca.pem` of its folder. `emails` lie in the mailbox from the start.
pub fn dovecot(emails: &[String]) -> Option<Daemon> {
    let program = needed("dovecot")?;
    if !is_root() {
        return None;
    }
    let folder = open_folder();
    let path = folder.path();
    let port = free_port();
    let names = vec!["localhost".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    fs::write(path.join("ca.pem"), made.cert.pem()).unwrap();
    fs::write(path.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    for name in ["new", "cur", "tmp"] {
        fs::create_dir_all(path.join("mail").join(name)).unwrap();
    }
    for (number, email) in emails.iter().enumerate() {
        fs::write(path.join(format!("mail/new/{number}")), email).unwrap();
    }
    Command::new("chown").args(["-R", "nobody:nogroup"]).arg(path.join("mail")).status().unwrap();
    let settings = format!(
        "base_dir = {path}/run\nstate_dir = {path}/state\nlog_path = {path}/log\nprotocols = imap\n\
         listen = 127.0.0.1\nssl = required\nssl_cert = <{path}/ca.pem\nssl_key = <{path}/key.pem\n\
         mail_location = maildir:{path}/mail\nfirst_valid_uid = 1\nservice imap-login {{\n  inet_listener imap {{\n    \
         port = 0\n  }}\n  inet_listener imaps {{\n    port = {port}\n    ssl = yes\n  }}\n}}\npassdb {{\n  driver = static\n  \
         args = password=secret\n}}\nuserdb {{\n  driver = static\n  args = uid=nobody gid=nogroup home={path}/mail\n}}\n",
        path = path.display()
    );
    fs::write(path.join("dovecot.conf"), settings).unwrap();
    let mut command = Command::new(program);
    command.arg("-F").arg("-c").arg(path.join("dovecot.conf"));
    Some(Daemon::started(command, folder, port))
}

/// PHP's own web server in front of a drop box, whose files are in `kit` of a project.
pub fn php(kit: &Path) -> Option<Daemon> {
    let program = needed("php")?;
    let port = free_port();
    let mut command = Command::new(program);
    command.args(["-S", &format!("127.0.0.1:{port}"), "-t"]).arg(kit).arg(kit.join("index.php"));
    Some(Daemon::started(command, open_folder(), port))
}

/// What is behind a web server of one of the recipes of `docs/LEAVING.md`.
pub struct Recipe {
    /// The recipe's name of the newsletter's host.
    pub host: &'static str,
    /// The port of roundup, or of PHP.
    pub behind: u16,
    /// The charity's website, where the recipe serves files.
    pub website: PathBuf,
}

/// A certificate for the host, and its key, in a folder.
fn certificate(host: &str, folder: &Path) {
    let made = rcgen::generate_simple_self_signed(vec![host.to_owned()]).unwrap();
    fs::write(folder.join("certificate.pem"), made.cert.pem()).unwrap();
    fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
}

/// nginx with a `server` block, which listens for TLS at a port of its own.
pub fn nginx(recipe: &Recipe, server: &str) -> Option<Daemon> {
    let program = needed("nginx")?;
    let (folder, port) = (open_folder(), free_port());
    let path = folder.path();
    certificate(recipe.host, path);
    let server = server
        .replace("listen 443 ssl;", &format!("listen 127.0.0.1:{port} ssl;"))
        .replace(
            "# ssl_certificate and ssl_certificate_key as your host gives them",
            "ssl_certificate certificate.pem; ssl_certificate_key key.pem;",
        )
        .replace("127.0.0.1:8025", &format!("127.0.0.1:{}", recipe.behind));
    assert!(server.contains(&format!("listen 127.0.0.1:{port} ssl")), "{server}");
    let user = if is_root() { "user root;" } else { "" };
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {}/{kind};\n", path.display()))
        .concat();
    let settings = format!(
        "daemon off;\n{user}\npid {path}/nginx.pid;\nerror_log {path}/error.log;\nevents {{}}\n\
         http {{\naccess_log off;\n{temporary}\n{server}\n}}\n",
        path = path.display()
    );
    fs::write(path.join("nginx.conf"), settings).unwrap();
    let mut command = Command::new(program);
    command.arg("-e").arg(path.join("error.log")).arg("-c").arg(path.join("nginx.conf"));
    Some(Daemon::started(command, folder, port))
}

/// Caddy with a site, which listens for TLS at a port of its own.
pub fn caddy(recipe: &Recipe, site: &str) -> Option<Daemon> {
    let program = needed("caddy")?;
    let (folder, port) = (open_folder(), free_port());
    let path = folder.path();
    certificate(recipe.host, path);
    let with_port = format!("https://{}:{port} {{\n    tls certificate.pem key.pem", recipe.host);
    let site = site
        .replace(&format!("{} {{", recipe.host), &with_port)
        .replace("127.0.0.1:8025", &format!("127.0.0.1:{}", recipe.behind));
    assert!(site.contains(&with_port), "{site}");
    // Neither a port of administration nor one that leads to https.
    let settings = format!("{{\n    admin off\n    auto_https off\n}}\n{site}");
    fs::write(path.join("Caddyfile"), settings).unwrap();
    let mut command = Command::new(program);
    command.args(["run", "--adapter", "caddyfile", "--config", "Caddyfile"]);
    command.env("HOME", path).env("XDG_DATA_HOME", path).env("XDG_CONFIG_HOME", path);
    Some(Daemon::started(command, folder, port))
}

/// PHP for a web server that speaks `FastCGI`, as most web space has it.
pub fn php_cgi() -> Option<Daemon> {
    let program = needed("php-cgi")?;
    let port = free_port();
    let mut command = Command::new(program);
    command.args(["-b", &format!("127.0.0.1:{port}")]);
    Some(Daemon::started(command, open_folder(), port))
}
