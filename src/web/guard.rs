//! Which requests the studio takes: from this computer's own browser, with the address that was printed, from the studio's own page.
//! Pure: what a request says in, a decision out.
//!
//! Any page of the web can make a browser send requests to this computer. A page of another host shows in its `Host` (a
//! name that was made to point here: DNS rebinding) and by its `Origin`; what has neither lacks the token.

/// What a request says of itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct RequestOrigin<'a> {
    pub host: Option<&'a str>,
    pub origin: Option<&'a str>,
    /// `Sec-Fetch-Site`, which browsers of today send.
    pub site: Option<&'a str>,
    /// Whether it changes something.
    pub changes: bool,
    /// Whether the browser opens it as a page of its own: `Sec-Fetch-Mode` is `navigate`, `Sec-Fetch-Dest` is `document`.
    pub opens: bool,
}

/// Why a request is turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForeignRequest {
    Host,
    Origin,
    Site,
    Token,
}

impl ForeignRequest {
    /// In words for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Host => "the studio answers at 127.0.0.1 only",
            Self::Origin | Self::Site => "this request came from another website",
            Self::Token => "this is not the address that roundup printed",
        }
    }
}

/// The studio's own address.
#[derive(Debug, Clone)]
pub struct StudioGuard {
    port: u16,
    token: String,
}

impl StudioGuard {
    /// `token` is random, and a part of every path.
    pub fn new(port: u16, token: String) -> Self {
        Self { port, token }
    }

    /// The address to open.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}/{}/", self.port, self.token)
    }

    fn is_own(&self, authority: &str) -> bool {
        let (name, port) = authority.rsplit_once(':').unwrap_or((authority, "80"));
        port == self.port.to_string() && matches!(name, "127.0.0.1" | "localhost" | "[::1]")
    }

    /// Looks at a request, and gives the path behind the token.
    ///
    /// # Errors
    /// When the request is not from the studio's own page.
    pub fn check<'p>(
        &self,
        path: &'p str,
        asked: RequestOrigin<'_>,
    ) -> Result<&'p str, ForeignRequest> {
        if !asked.host.is_some_and(|host| self.is_own(host)) {
            return Err(ForeignRequest::Host);
        }
        match asked.origin {
            Some(origin) => {
                let own = origin.strip_prefix("http://").is_some_and(|rest| self.is_own(rest));
                if !own {
                    return Err(ForeignRequest::Origin);
                }
            }
            // A browser names the origin of whatever changes something.
            None if asked.changes => return Err(ForeignRequest::Origin),
            None => {}
        }
        // `none` is an address that somebody typed or clicked outside of a page.
        let is_foreign = asked.site.is_some_and(|site| !matches!(site, "same-origin" | "none"));
        if is_foreign && !asked.opens {
            return Err(ForeignRequest::Site);
        }
        let rest = path.strip_prefix('/').unwrap_or(path);
        let (token, below) = rest.split_once('/').unwrap_or((rest, ""));
        if !is_same(token.as_bytes(), self.token.as_bytes()) {
            return Err(ForeignRequest::Token);
        }
        // The page that leads here is a file, which browsers count as another site: it may open the first page, and no other.
        if is_foreign && (asked.changes || !below.is_empty()) {
            return Err(ForeignRequest::Site);
        }
        Ok(below)
    }
}

/// Compares in the same time wherever the difference is.
fn is_same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard() -> StudioGuard {
        StudioGuard::new(4321, "s3cret".to_owned())
    }

    fn asked<'a>(host: &'a str, origin: Option<&'a str>) -> RequestOrigin<'a> {
        RequestOrigin {
            host: Some(host),
            origin,
            changes: origin.is_some(),
            ..RequestOrigin::default()
        }
    }

    #[test]
    fn hosts_that_point_here_and_hosts_that_do_not() {
        let check = |host: &str| guard().check("/s3cret/state", asked(host, None));
        for host in ["127.0.0.1:4321", "localhost:4321", "[::1]:4321"] {
            assert_eq!(check(host), Ok("state"), "{host}");
        }
        for host in [
            "evil.example",
            "evil.example:4321",
            "127.0.0.1",
            "127.0.0.1:80",
            "127.0.0.1:4322",
            "127.0.0.1.evil.example:4321",
            "localhost.evil.example:4321",
            "evil.example:127.0.0.1:4321",
            "127.0.0.2:4321",
            "0.0.0.0:4321",
            "[::]:4321",
            "[::ffff:127.0.0.1]:4321",
            "LOCALHOST:4321",
            "127.1:4321",
            "2130706433:4321",
            "",
            ":4321",
            "127.0.0.1:4321@evil.example",
            "evil.example#127.0.0.1:4321",
            "127.0.0.1:04321",
        ] {
            assert_eq!(check(host), Err(ForeignRequest::Host), "{host}");
        }
        assert_eq!(guard().check("/s3cret/", RequestOrigin::default()), Err(ForeignRequest::Host));
    }

    #[test]
    fn origins_of_its_own_page_and_of_others() {
        let check = |origin: Option<&str>| {
            let asked = RequestOrigin { changes: true, ..asked("127.0.0.1:4321", origin) };
            guard().check("/s3cret/change", asked)
        };
        for origin in ["http://127.0.0.1:4321", "http://localhost:4321", "http://[::1]:4321"] {
            assert_eq!(check(Some(origin)), Ok("change"), "{origin}");
        }
        for origin in [
            "null",
            "",
            "https://evil.example",
            "http://evil.example:4321",
            "https://127.0.0.1:4321",
            "http://127.0.0.1",
            "http://127.0.0.1:80",
            "http://127.0.0.1:4321.evil.example",
            "http://127.0.0.1:4321@evil.example",
            "http://evil.example/127.0.0.1:4321",
            "http://localhost:4322",
            "http://localhost.evil.example:4321",
            "http://127.0.0.2:4321",
            "file://",
            "chrome-extension://abc",
            "http://0.0.0.0:4321",
            "HTTP://127.0.0.1:4321",
            "http://127.0.0.1:4321/",
            "127.0.0.1:4321",
            "http://[::ffff:127.0.0.1]:4321",
        ] {
            assert_eq!(check(Some(origin)), Err(ForeignRequest::Origin), "{origin}");
        }
        assert_eq!(check(None), Err(ForeignRequest::Origin));
    }

    #[test]
    fn other_sites_and_wrong_tokens() {
        let from = |site: &'static str| RequestOrigin {
            site: Some(site),
            ..asked("localhost:4321", None)
        };
        for site in ["cross-site", "same-site", "x"] {
            assert_eq!(guard().check("/s3cret/", from(site)), Err(ForeignRequest::Site));
        }
        assert_eq!(guard().check("/s3cret/", from("none")), Ok(""));
        // A file on this computer may open the first page, if it knows the token, and nothing else.
        let opens = |path| guard().check(path, RequestOrigin { opens: true, ..from("cross-site") });
        assert_eq!(opens("/s3cret/"), Ok(""));
        assert_eq!(opens("/s3cret/state"), Err(ForeignRequest::Site));
        assert_eq!(opens("/guess/"), Err(ForeignRequest::Token));
        for path in [
            "/",
            "",
            "/s3cre/",
            "/s3crett/",
            "/S3CRET/",
            "//s3cret/",
            "/../s3cret/",
            "/%73%33cret/",
        ] {
            let refused = guard().check(path, asked("localhost:4321", None));
            assert_eq!(refused, Err(ForeignRequest::Token), "{path}");
        }
    }
}
