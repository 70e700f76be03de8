//! Server-sent events of a page that waits for others.

use std::{convert::Infallible, time::Duration};

use axum::response::{
    IntoResponse, Response,
    sse::{Event, KeepAlive, Sse},
};
use futures_util::{Stream, StreamExt as _, stream};

use crate::WebState;

/// Looks at once and then `every` so often, and tells when what it sees is another signature than before. Ends when there is
/// nothing to see any more, or with the program.
pub(crate) fn changes<F, Look>(
    state: &WebState,
    every: Duration,
    look: F,
) -> impl Stream<Item = String> + use<F, Look>
where
    F: Fn() -> Look + Send + 'static,
    Look: Future<Output = Option<String>> + Send,
{
    let start = (look, state.0.stop.clone(), String::new(), tokio::time::interval(every));
    stream::unfold(start, |(look, mut stop, mut last, mut ticks)| async move {
        loop {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return None,
                _ = ticks.tick() => {}
            }
            let now = look().await?;
            if now != last {
                last.clone_from(&now);
                return Some((now, (look, stop, last, ticks)));
            }
        }
    })
}

/// Tells each state of a page to the browser.
pub(crate) fn tell(states: impl Stream<Item = String> + Send + 'static) -> Response {
    let events = states.map(|state| Ok::<_, Infallible>(Event::default().event("state").data(state)));
    Sse::new(events).keep_alive(KeepAlive::default()).into_response()
}
