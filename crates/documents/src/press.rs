//! Sets papers on threads of its own, since one costs milliseconds of a core: as many at once as there are threads, a bounded
//! queue before them, and [`PrintError::Busy`] past it.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, LazyLock, Mutex, MutexGuard, PoisonError,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};

use tokio::sync::oneshot;
use zeroize::Zeroizing;

use crate::{
    DaySheet, Forms, Packet, Slip,
    cache::{Cache, Digest},
    paper::Paper,
    typesetter::Typesetter,
};

/// Typst recurses; a debug build's frames are large.
const STACK: usize = 16 * 1024 * 1024;

/// A finished PDF.
pub type Pdf = Arc<Zeroizing<Vec<u8>>>;

/// How large a press is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PressSettings {
    /// Papers that are set at the same time. At least one.
    pub threads: usize,
    /// Papers that may wait for a thread.
    pub queue: usize,
    /// Bytes of finished papers that are kept. 0 keeps none.
    pub cache_bytes: usize,
}

impl Default for PressSettings {
    /// One thread, which leaves the other cores to everything else, about a second of work waiting, and 16 MiB: some 200 packets.
    fn default() -> Self {
        Self { threads: 1, queue: 64, cache_bytes: 16 * 1024 * 1024 }
    }
}

/// Why there is no paper.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrintError {
    /// All threads are at work and the queue is full: come back in a moment.
    #[error("the press is busy")]
    Busy,
    /// The paper could not be set. The text names the template; in debug builds it may quote the paper.
    #[error("the paper could not be set: {0}")]
    Failed(String),
    /// The program was built without the feature `typeset`.
    #[error("this program sets no papers")]
    Absent,
}

/// The press. It ends when it is dropped, after the papers at hand.
pub struct Press {
    jobs: SyncSender<Job>,
    cache: Arc<Mutex<Cache>>,
}

struct Job {
    paper: Paper,
    /// Where to keep the outcome, unless nobody but the asker may ever see it again.
    digest: Option<Digest>,
    answer: oneshot::Sender<Result<Pdf, PrintError>>,
}

impl Press {
    /// Starts the threads. Fonts and templates are loaded for the first paper, so that a program which prints none holds none.
    pub fn start(settings: PressSettings) -> io::Result<Self> {
        let (jobs, queue) = sync_channel::<Job>(settings.queue);
        let queue = Arc::new(Mutex::new(queue));
        let cache = Arc::new(Mutex::new(Cache::new(settings.cache_bytes)));
        let typesetter = Arc::new(LazyLock::new(Typesetter::new as fn() -> Typesetter));
        for number in 0..settings.threads.max(1) {
            let (queue, cache, typesetter) =
                (Arc::clone(&queue), Arc::clone(&cache), Arc::clone(&typesetter));
            thread::Builder::new()
                .name(format!("press-{number}"))
                .stack_size(STACK)
                .spawn(move || work(&queue, &cache, &typesetter))?;
        }
        Ok(Self { jobs, cache })
    }

    /// The packet of a case. One that was made lately is not made again.
    pub async fn packet(&self, packet: &Packet) -> Result<Pdf, PrintError> {
        self.kept(packet.paper()).await
    }

    /// Forms to fill in by hand. Those that were made lately are not made again.
    pub async fn forms(&self, forms: &Forms) -> Result<Pdf, PrintError> {
        self.kept(forms.paper()).await
    }

    /// The supervisor's sheet of a day.
    pub async fn day_sheet(&self, sheet: &DaySheet) -> Result<Pdf, PrintError> {
        self.kept(sheet.paper()).await
    }

    /// A sealed slip. It is never kept, neither here nor in what Typst remembers.
    pub async fn slip(&self, slip: &Slip) -> Result<Pdf, PrintError> {
        self.set(slip.paper(), None).await
    }

    async fn kept(&self, paper: Paper) -> Result<Pdf, PrintError> {
        let digest = paper.digest();
        if let Some(pdf) = locked(&self.cache).get(&digest) {
            return Ok(pdf);
        }
        self.set(paper, Some(digest)).await
    }

    async fn set(&self, paper: Paper, digest: Option<Digest>) -> Result<Pdf, PrintError> {
        let (answer, answered) = oneshot::channel();
        self.jobs.try_send(Job { paper, digest, answer }).map_err(|_| PrintError::Busy)?;
        answered.await.unwrap_or(Err(PrintError::Busy))
    }
}

fn locked(cache: &Mutex<Cache>) -> MutexGuard<'_, Cache> {
    cache.lock().unwrap_or_else(PoisonError::into_inner)
}

fn work(queue: &Mutex<Receiver<Job>>, cache: &Mutex<Cache>, typesetter: &LazyLock<Typesetter>) {
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Job { paper, digest, answer }) = job else { return };
        // The asker may have gone: then the work is not worth doing.
        if answer.is_closed() {
            continue;
        }
        // Many ask for the same at once: the first one's work serves them all.
        let known = digest.and_then(|digest| locked(cache).get(&digest));
        let pdf = known.map_or_else(|| set(typesetter, paper), Ok);
        if let (Some(digest), Ok(pdf)) = (digest, &pdf) {
            locked(cache).put(digest, pdf);
        }
        drop(answer.send(pdf));
    }
}

/// A panic in Typst costs one paper and not the thread.
fn set(typesetter: &Typesetter, paper: Paper) -> Result<Pdf, PrintError> {
    let set = catch_unwind(AssertUnwindSafe(|| typesetter.set(paper)));
    match set {
        Ok(set) => set.map(|pdf| Arc::new(Zeroizing::new(pdf))),
        Err(_) => Err(PrintError::Failed("the typesetter panicked".to_owned())),
    }
}
