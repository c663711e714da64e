//! Findings put into words once and handed to every format at the same time.
//!
//! Wording is the dearest part of a large report. One thread words; each format reads along at its own pace from a short
//! queue, so that memory stays bounded however many findings there are.

use std::io;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use tagledger_model::Finding;
use tagledger_report::{CubeRow, Each, ResourceRow, Rows};

/// Findings in one hand-over.
const BATCH: usize = 512;
/// Hand-overs that a slow format may lag behind.
const LAG: usize = 8;

/// The rows as one format sees them. Its first reading of the findings is shared; a further one words them again.
pub(crate) struct Reader<'a> {
    rows: &'a (dyn Rows + Sync),
    queue: Mutex<Option<Receiver<Arc<Vec<Finding>>>>>,
}

/// The wording side.
pub(crate) struct Speaker {
    queues: Vec<SyncSender<Arc<Vec<Finding>>>>,
}

/// A speaker for so many readers.
pub(crate) fn share(rows: &(dyn Rows + Sync), readers: usize) -> (Speaker, Vec<Reader<'_>>) {
    let (mut queues, mut all) = (Vec::new(), Vec::new());
    for _ in 0..readers {
        let (send, receive) = sync_channel(LAG);
        queues.push(send);
        all.push(Reader { rows, queue: Mutex::new(Some(receive)) });
    }
    (Speaker { queues }, all)
}

impl Speaker {
    /// Words every finding; a reader that went away is not waited for.
    pub fn speak(mut self, findings: impl Iterator<Item = Finding>) {
        let mut batch = Vec::with_capacity(BATCH);
        for finding in findings {
            batch.push(finding);
            if batch.len() == BATCH {
                self.hand_over(std::mem::replace(&mut batch, Vec::with_capacity(BATCH)));
            }
        }
        self.hand_over(batch);
    }

    fn hand_over(&mut self, batch: Vec<Finding>) {
        let batch = Arc::new(batch);
        self.queues.retain(|queue| queue.send(Arc::clone(&batch)).is_ok());
    }
}

impl Reader<'_> {
    /// Gives up the shared reading: the speaker no longer waits for it.
    pub fn leave(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

impl Rows for Reader<'_> {
    fn findings(&self, each: &mut Each<'_, Finding>) -> io::Result<()> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
        match queue {
            Some(queue) => queue.iter().try_for_each(|batch| batch.iter().try_for_each(&mut *each)),
            None => self.rows.findings(each),
        }
    }

    fn finding_count(&self) -> u64 {
        self.rows.finding_count()
    }

    fn resources(&self, each: &mut Each<'_, ResourceRow>) -> io::Result<()> {
        self.rows.resources(each)
    }

    fn cube(&self, each: &mut Each<'_, CubeRow>) -> io::Result<()> {
        self.rows.cube(each)
    }
}
