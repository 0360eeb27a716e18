//! Where the values of columns go: rows, written one field at a time.

use core::{marker::PhantomData, mem::size_of};

pub const COLUMNS: usize = 5;

/// One value of each column.
pub type Row = [u64; COLUMNS];

/// One field of some rows. A slice of rows and a field would be two numbers to add at every value.
pub struct Cells<'a> {
    next: *mut u64,
    /// The field of the row that would follow the last one.
    end: *mut u64,
    rows: PhantomData<&'a mut [Row]>,
}

impl<'a> Cells<'a> {
    pub fn of(rows: &'a mut [Row], field: usize) -> Self {
        assert!(field < COLUMNS);
        let next = rows.as_mut_ptr().cast::<u64>().wrapping_add(field);
        Self {
            next,
            end: next.wrapping_add(rows.len() * COLUMNS),
            rows: PhantomData,
        }
    }

    pub fn len(&self) -> usize {
        (self.end.addr() - self.next.addr()) / size_of::<Row>()
    }

    pub fn is_empty(&self) -> bool {
        self.next == self.end
    }

    /// Splits the first `count` cells off, or all there are.
    #[inline(always)]
    pub fn take_first(&mut self, count: usize) -> Self {
        let next = self.next;
        self.next = next.wrapping_add(count * COLUMNS).min(self.end);
        Self {
            next,
            end: self.next,
            rows: PhantomData,
        }
    }
}

impl<'a> Iterator for Cells<'a> {
    type Item = &'a mut u64;

    #[inline(always)]
    fn next(&mut self) -> Option<&'a mut u64> {
        if self.is_empty() {
            return None;
        }
        let cell = self.next;
        self.next = cell.wrapping_add(COLUMNS);
        // SAFETY: from `next` to `end` are the cells of one field of borrowed rows, and each is handed out once.
        Some(unsafe { &mut *cell })
    }
}
