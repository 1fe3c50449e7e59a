//! Blocks by their addresses, as recorders tell of them, which see not every request and free.

use std::collections::BTreeMap;

use memo_malloc::trace::BlockIdx;

use crate::Warning;

/// The blocks that are live, and what was missed of others.
#[derive(Debug, Default)]
pub(crate) struct Blocks {
    live: BTreeMap<u64, BlockIdx>,
    /// Where each block was.
    addresses: Vec<u64>,
    unknown_frees: u64,
    missed_frees: u64,
}

impl Blocks {
    /// A new block, and the one that was at its address until now: its free was not recorded, but
    /// there it must have been.
    pub(crate) fn alloc(
        &mut self,
        address: u64,
    ) -> Result<(BlockIdx, Option<BlockIdx>), &'static str> {
        let next = u32::try_from(self.addresses.len()).ok().filter(|&next| next < u32::MAX);
        let block = BlockIdx(next.ok_or("more than 2^32 - 1 requests")?);
        self.addresses.push(address);
        let older = self.live.insert(address, block);
        self.missed_frees += u64::from(older.is_some());
        Ok((block, older))
    }

    /// The block at an address, which is live no longer; none if its request was not recorded.
    pub(crate) fn free(&mut self, address: u64) -> Option<BlockIdx> {
        let block = self.live.remove(&address);
        self.unknown_frees += u64::from(block.is_none());
        block
    }

    /// Where each block was, in the order of the requests.
    pub(crate) fn into_addresses(self) -> Vec<u64> {
        self.addresses
    }

    /// What to tell of them in the end, and of the `events` of other devices in the `record`.
    pub(crate) fn warnings(&self, elsewhere: u64, events: &str, record: &str) -> Vec<Warning> {
        let elsewhere_told = format!("{events} of other devices are passed over");
        let unknown_told = format!("frees of blocks from before the {record} are passed over");
        let counts = [
            (elsewhere, &*elsewhere_told),
            (self.unknown_frees, &*unknown_told),
            (self.missed_frees, "blocks were freed unseen: their addresses were handed out again"),
            (self.live.len() as u64, "blocks are live at the end: escapes, which are not planned"),
        ];
        let told = counts.iter().filter(|(count, _)| *count > 0);
        told.map(|(count, what)| Warning::of_file(format!("{count} {what}"))).collect()
    }
}
