//! Server-sent events of a page that waits for others.

use std::{convert::Infallible, time::Duration};

use axum::response::{
    IntoResponse, Response,
    sse::{Event, KeepAlive, Sse},
};
use futures_util::stream;

use crate::WebState;

/// Looks once a second, and tells when what it sees is another signature than before. Ends after `left`, when there is
/// nothing to see any more, or with the program.
pub(super) fn changes<F, Look>(state: &WebState, left: Duration, look: F) -> Response
where
    F: Fn() -> Look + Send + 'static,
    Look: Future<Output = Option<String>> + Send,
{
    const EVERY: Duration = Duration::from_secs(1);
    let end = Box::pin(tokio::time::sleep(left));
    let start = (look, state.0.stop.clone(), end, String::new(), tokio::time::interval(EVERY));
    let changes = stream::unfold(start, |(look, mut stop, mut end, mut last, mut ticks)| async move {
        loop {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return None,
                () = &mut end => return None,
                _ = ticks.tick() => {}
            }
            let now = look().await?;
            if now != last {
                last.clone_from(&now);
                let event = Ok::<_, Infallible>(Event::default().event("state").data(now));
                return Some((event, (look, stop, end, last, ticks)));
            }
        }
    });
    Sse::new(changes).keep_alive(KeepAlive::default()).into_response()
}
