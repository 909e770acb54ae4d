//! The one migration runner: numbered steps, the same for a file and for a server.
//! Pure: a version in, the steps that are missing out.

use thiserror::Error;

/// The steps of a database's tables. Step `n` changes version `n - 1` into version `n`; a step that has landed never changes.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    pub steps: &'static [&'static str],
}

/// The tables come from a version that this program does not know. Nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("version {found}, but this program knows {known}")]
pub struct NewerSchema {
    pub found: i64,
    pub known: i64,
}

impl Schema {
    /// The version that this program writes.
    pub fn newest(&self) -> i64 {
        i64::try_from(self.steps.len()).unwrap_or(i64::MAX)
    }

    /// The steps from a version to the newest, each with its number.
    ///
    /// # Errors
    /// When the version is newer than the newest that is known.
    pub fn pending(
        &self,
        found: i64,
    ) -> Result<impl Iterator<Item = (i64, &'static str)> + use<>, NewerSchema> {
        if found > self.newest() {
            return Err(NewerSchema { found, known: self.newest() });
        }
        let steps: &'static [&'static str] = self.steps;
        Ok((1..).zip(steps.iter().copied()).skip_while(move |(number, _)| *number <= found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: Schema = Schema { steps: &["one", "two", "three"] };

    #[test]
    fn each_version_gets_the_steps_it_lacks() {
        for (found, numbers) in
            [(0, vec![1, 2, 3]), (1, vec![2, 3]), (2, vec![3]), (3, vec![]), (-1, vec![1, 2, 3])]
        {
            let pending: Vec<i64> =
                SCHEMA.pending(found).unwrap().map(|(number, _)| number).collect();
            assert_eq!(pending, numbers, "{found}");
        }
        assert_eq!(SCHEMA.pending(4).map(drop), Err(NewerSchema { found: 4, known: 3 }));
    }
}
