//! The accept loop.

use std::convert::Infallible;
use std::rc::Rc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{UnixListener, UnixStream};

use super::router;
use crate::engine::Engine;

/// Serves until the engine is told to stop.
pub async fn serve(engine: Rc<Engine>, listener: UnixListener) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = engine.shutdown.finished() => return,
        };
        match accepted {
            Ok((stream, _)) => {
                tokio::task::spawn_local(connection(engine.clone(), stream));
            }
            // Out of descriptors: those in use have to be given back first.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn connection(engine: Rc<Engine>, stream: UnixStream) {
    let service = service_fn(move |request| {
        let engine = engine.clone();
        async move { Ok::<_, Infallible>(router::answer(engine, request).await) }
    });
    // A client that breaks off in the middle is no event of ours.
    let _ = http1::Builder::new()
        // A client that closes is gone, as for dockerd; what it waited for is
        // dropped. Sessions that may be half closed are taken over first.
        .half_close(false)
        .timer(TokioTimer::new())
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades()
        .await;
}
