//! The one thread that talks to the zygote.
//!
//! Making a container blocks for one to three milliseconds, and for longer when
//! a disk is slow; the HTTP side must go on meanwhile. One thread and not a
//! pool: the zygote makes containers one after another anyway.

use std::io;
use std::sync::{Arc, mpsc};

use plimsoll_runtime::net::Netlink;
use plimsoll_runtime::zygote::{CreateError, Created, Stdio, Zygote};
use plimsoll_runtime::{ExecPlan, Fault, Plan};
use tokio::sync::oneshot;

type Job = Box<dyn FnOnce(&Zygote) + Send>;

/// A handle on the thread.
#[derive(Debug)]
pub struct RuntimeThread {
    jobs: mpsc::Sender<Job>,
    zygote_pid: i32,
}

impl RuntimeThread {
    /// Starts the thread.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(zygote: Zygote) -> io::Result<Self> {
        let (jobs, inbox) = mpsc::channel::<Job>();
        let zygote_pid = zygote.pid();
        std::thread::Builder::new()
            .name("runtime".to_owned())
            .stack_size(256 * 1024)
            .spawn(move || {
                for job in inbox {
                    job(&zygote);
                }
            })?;
        Ok(Self { jobs, zygote_pid })
    }

    /// The zygote's PID: when it ends, the lab is over.
    pub fn zygote_pid(&self) -> i32 {
        self.zygote_pid
    }

    /// Makes a container whose init waits before `execve`.
    ///
    /// # Errors
    /// The fault of the operation that failed.
    pub async fn create(&self, plan: Arc<Plan>, stdio: Stdio) -> Result<Created, CreateError> {
        self.run(move |zygote| zygote.create(&plan, &stdio)).await
    }

    /// Makes a process in a running container; it waits likewise.
    ///
    /// # Errors
    /// The fault of the operation that failed.
    pub async fn exec(&self, plan: Arc<ExecPlan>, stdio: Stdio) -> Result<Created, CreateError> {
        self.run(move |zygote| zygote.exec(&plan, &stdio)).await
    }

    /// Lets a created process `execve`, and tells how that went.
    ///
    /// # Errors
    /// The fault: usually the command cannot be run.
    pub async fn release(&self, created: Created) -> Result<(), CreateError> {
        self.run(move |_| created.start()).await
    }

    /// Takes a cable off its bridge. The kernel removes it in its own time,
    /// some twenty milliseconds after its container; until then a frame for the
    /// next owner of the address would still be sent into it.
    pub async fn unplug(&self, cable: String) {
        let unplugged = self.run(move |_| {
            // That it is gone already is as good.
            if let Ok(netlink) = Netlink::open()
                && let Ok(index) = netlink.index(&cable)
            {
                let _ = netlink.set_master(index, 0);
            }
            Ok(())
        });
        // Without the thread nothing runs any more, and nothing needs unplugging.
        let _ = unplugged.await;
    }

    async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Zygote) -> Result<T, CreateError> + Send + 'static,
    ) -> Result<T, CreateError> {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |zygote| {
            // Whoever asked may be gone; then the process is reaped as an orphan.
            let _ = reply.send(job(zygote));
        });
        if self.jobs.send(job).is_err() {
            return Err(ended());
        }
        answer.await.unwrap_or_else(|_| Err(ended()))
    }
}

fn ended() -> CreateError {
    CreateError::Zygote(io::Error::other("the runtime's thread has ended"))
}

/// The fault of a failed create or start, where it is one of the container's.
pub fn fault(error: &CreateError) -> Option<&Fault> {
    match error {
        CreateError::Stopped(stopped) => Some(&stopped.fault),
        CreateError::Zygote(_) => None,
    }
}
