//! A website with news, served on this computer.

use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

pub struct Website {
    _runtime: tokio::runtime::Runtime,
    server: MockServer,
}

impl Website {
    /// One with these pages; `SITE` in them is its own address.
    pub fn with(pages: &[(&str, &str)]) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let server = runtime.block_on(MockServer::start());
        for (at, text) in pages {
            let text = text.replace("SITE", &server.uri());
            let answer = ResponseTemplate::new(200).set_body_string(text);
            let mock = Mock::given(method("GET")).and(path(*at)).respond_with(answer);
            runtime.block_on(mock.mount(&server));
        }
        Self { _runtime: runtime, server }
    }

    pub fn address(&self) -> String {
        self.server.uri()
    }
}
