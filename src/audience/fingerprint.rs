//! Names the exact bytes of a list's files: while they are the same, so are its people.
//! Pure: bytes in, a name out.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::digest;

use crate::audience::list_error::{ListError, ListFault, NamedInput};
use crate::rfc::base16;
use crate::rfc::csv::Input;

/// Names the exact bytes of some files.
///
/// # Errors
/// When one cannot be read.
pub fn fingerprint(inputs: &[NamedInput]) -> Result<String, ListError> {
    let mut digests = Vec::new();
    for (name, input) in inputs {
        let fault = |error: io::Error| ListFault::Table(error.into()).of(name);
        let (mut opened, so_far) = open_hashed(&**input).map_err(fault)?;
        io::copy(&mut opened, &mut io::sink()).map_err(fault)?;
        digests.push((name.as_str(), so_far.digest()));
    }
    Ok(joint(digests.iter().map(|(name, digest)| (*name, digest.as_slice()))))
}

/// An address in sixteen bytes: a million of them are sixteen megabytes, and no two are the same.
pub type KeyName = [u8; 16];

/// The short name of an address, by its key.
pub fn name_of_key(key: &str) -> KeyName {
    let mut name = KeyName::default();
    let digest = digest::digest(&digest::SHA256, key.as_bytes());
    name.copy_from_slice(&digest.as_ref()[..16]);
    name
}

/// One name for some files, each given by its name and its digest.
pub(super) fn joint<'a>(files: impl Iterator<Item = (&'a str, &'a [u8])>) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    for (name, digest) in files {
        // A length keeps names and what follows apart.
        context.update(&(name.len() as u64).to_be_bytes());
        context.update(name.as_bytes());
        context.update(digest);
    }
    base16::encode(context.finish().as_ref())
}

/// An input that is hashed while it is read.
struct Hashed {
    input: Box<dyn Read + Send>,
    so_far: RunningHash,
}

/// What was read of an input until now, as a hash.
#[derive(Clone)]
pub(super) struct RunningHash(Arc<Mutex<digest::Context>>);

/// Opens an input, to be hashed while it is read.
pub(super) fn open_hashed(input: &dyn Input) -> io::Result<(Box<dyn Read + Send>, RunningHash)> {
    let so_far = RunningHash(Arc::new(Mutex::new(digest::Context::new(&digest::SHA256))));
    let hashed = Hashed { input: input.open()?, so_far: so_far.clone() };
    Ok((Box::new(hashed), so_far))
}

impl Read for Hashed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.so_far.0.lock().unwrap_or_else(PoisonError::into_inner).update(&buffer[..read]);
        Ok(read)
    }
}

impl RunningHash {
    pub(super) fn digest(&self) -> Vec<u8> {
        let context = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        context.finish().as_ref().to_vec()
    }
}
