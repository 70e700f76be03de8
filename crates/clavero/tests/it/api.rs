//! `/api/v1` as an integrator uses it.

use std::time::{Duration, Instant};

use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};

use crate::{employers::Employer, mail::Inbox, server::TestServer};

pub(crate) const NEW_KEY: &str = "gavilán bajo lluvia tranquila 73";

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    async fn read(response: Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.unwrap();
        Self { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) }
    }

    /// The header's text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The name of the problem type, where this is a problem (RFC 9457).
    pub(crate) fn problem(&self) -> Option<&str> {
        self.body["type"].as_str()?.strip_prefix("urn:clavero:problem:")
    }

    /// Checks status and problem type, and that the problem is one in form.
    #[track_caller]
    pub(crate) fn assert_problem(&self, status: u16, name: &str) {
        assert_eq!((self.status.as_u16(), self.problem()), (status, Some(name)), "{self:#?}");
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:#?}");
        assert_eq!(self.body["status"], status, "{self:#?}");
        assert!(self.body["title"].as_str().is_some_and(|title| !title.is_empty()), "{self:#?}");
    }

    /// Checks the status, and gives the body.
    #[track_caller]
    pub(crate) fn ok(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{self:#?}");
        self.body
    }

    /// Seconds of `Retry-After`.
    #[track_caller]
    pub(crate) fn retry_after(&self) -> u64 {
        let header = self.header("retry-after").unwrap_or_else(|| panic!("no Retry-After: {self:#?}"));
        header.parse().unwrap()
    }
}

/// A client of the API.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    pub(crate) http: reqwest::Client,
    pub(crate) base: String,
}

impl Api {
    pub(crate) fn of(server: &TestServer) -> Self {
        Self::at(server.address())
    }

    pub(crate) fn at(address: &str) -> Self {
        Self { http: reqwest::Client::new(), base: format!("{address}/api/v1") }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    pub(crate) async fn send(request: RequestBuilder) -> Answer {
        Answer::read(request.send().await.unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        Self::send(self.request(Method::POST, path).json(body)).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Self::send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn try_start(&self, employer: &Employer) -> Answer {
        self.post("/recoveries", &identifiers(employer)).await
    }

    /// Starts a recovery that the data allow.
    pub(crate) async fn start(&self, employer: &Employer) -> Flow {
        Flow::of(self, &self.try_start(employer).await.ok(201))
    }

    pub(crate) async fn set_key(&self, link: &str, password: &str) -> Answer {
        self.post(&format!("/links/{}/password", token_of(link)), &json!({ "password": password })).await
    }

    /// The status, or nothing where the service was no longer there.
    pub(crate) async fn try_set_key(&self, link: &str, password: &str) -> Option<u16> {
        let path = format!("/links/{}/password", token_of(link));
        let request = self.request(Method::POST, &path).json(&json!({ "password": password }));
        request.send().await.ok().map(|response| response.status().as_u16())
    }

    pub(crate) async fn read_link(&self, link: &str) -> Answer {
        self.get(&format!("/links/{}", token_of(link))).await
    }

    pub(crate) async fn sign_in(&self, employer: &Employer, password: &str) -> Answer {
        let mut body = identifiers(employer);
        body["password"] = password.into();
        self.post("/sessions", &body).await
    }

    pub(crate) async fn session(&self, token: &str) -> Answer {
        Self::send(self.request(Method::GET, "/session").bearer_auth(token)).await
    }
}

/// A recovery and what opens it.
#[derive(Debug, Clone)]
pub(crate) struct Flow {
    api: Api,
    pub(crate) id: String,
    pub(crate) token: String,
    pub(crate) started: Value,
}

impl Flow {
    /// The flow that the answer to a start tells of.
    pub(crate) fn of(api: &Api, started: &Value) -> Self {
        let text =
            |name: &str| started[name].as_str().unwrap_or_else(|| panic!("{name} in {started:#}")).to_owned();
        Self { api: api.clone(), id: text("id"), token: text("token"), started: started.clone() }
    }

    /// The same flow, at another service.
    pub(crate) fn at(&self, api: &Api) -> Self {
        Self { api: api.clone(), ..self.clone() }
    }

    pub(crate) async fn read(&self) -> Answer {
        let request = self.api.request(Method::GET, &format!("/recoveries/{}", self.id));
        Api::send(request.bearer_auth(&self.token)).await
    }

    pub(crate) async fn send_code(&self, code: &str) -> Answer {
        let request = self.api.request(Method::POST, &format!("/recoveries/{}/code", self.id));
        Api::send(request.bearer_auth(&self.token).json(&json!({ "code": code }))).await
    }

    /// Types the code of the employer's next mail.
    pub(crate) async fn send_code_from(&self, inbox: &Inbox, employer: &Employer) {
        let code = inbox.next_code(&employer.email).await;
        self.reaches("code_sent").await;
        self.send_code(&code).await.ok(200);
    }

    pub(crate) async fn resend_code(&self) -> Answer {
        self.resend("code").await
    }

    pub(crate) async fn resend_link(&self) -> Answer {
        self.resend("link").await
    }

    async fn resend(&self, what: &str) -> Answer {
        let request = self.api.request(Method::POST, &format!("/recoveries/{}/{what}/resend", self.id));
        Api::send(request.bearer_auth(&self.token)).await
    }

    /// Looks again and again until the recovery is in this state.
    pub(crate) async fn reaches(&self, state: &str) -> Value {
        eventually(state, || async {
            let body = self.read().await.ok(200);
            if body["state"] == state { Ok(body) } else { Err(body) }
        })
        .await
    }
}

/// Tries until it succeeds, with a bound on the time; what it saw last is in the panic.
pub(crate) async fn eventually<T, E: std::fmt::Debug, F: Future<Output = Result<T, E>>>(
    what: &str,
    attempt: impl Fn() -> F,
) -> T {
    within(Duration::from_secs(30), what, attempt).await
}

/// The same with another bound.
pub(crate) async fn within<T, E: std::fmt::Debug, F: Future<Output = Result<T, E>>>(
    patience: Duration,
    what: &str,
    attempt: impl Fn() -> F,
) -> T {
    let mut ticks = tokio::time::interval(Duration::from_millis(25));
    let began = Instant::now();
    loop {
        ticks.tick().await;
        match attempt().await {
            Ok(value) => return value,
            Err(last) => {
                assert!(began.elapsed() < patience, "{what} did not come about; last seen: {last:#?}");
            }
        }
    }
}

/// The three identifiers as the API takes them.
pub(crate) fn identifiers(employer: &Employer) -> Value {
    json!({ "representative_id": employer.representative, "ruc": employer.ruc, "sucursal": employer.sucursal })
}

/// The token of a mailed link.
pub(crate) fn token_of(link: &str) -> &str {
    link.rsplit('/').next().unwrap_or(link)
}
