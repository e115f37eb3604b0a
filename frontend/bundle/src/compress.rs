//! Compresses files at build time, more thoroughly than the server could for every visitor.

use std::io::Write;

use anyhow::Result;
use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::site_file::SiteFile;

#[derive(Clone, Copy)]
pub enum Level {
    Smallest,
    Quick,
}

/// A file with its compressed forms, if they are smaller.
pub struct CompressedFile {
    pub site_file: SiteFile,
    pub gzip: Option<Vec<u8>>,
    pub br: Option<Vec<u8>>,
}

pub fn compress(site_file: SiteFile, level: Level) -> Result<CompressedFile> {
    if !site_file.is_compressible() {
        return Ok(CompressedFile {
            site_file,
            gzip: None,
            br: None,
        });
    }
    let smaller = |it: &Vec<u8>| it.len() < site_file.bytes.len();
    let gzip = Some(gzip(&site_file.bytes, level)?).filter(smaller);
    let br = Some(br(&site_file.bytes, level)?).filter(smaller);
    Ok(CompressedFile {
        site_file,
        gzip,
        br,
    })
}

fn gzip(bytes: &[u8], level: Level) -> Result<Vec<u8>> {
    let level = match level {
        Level::Smallest => Compression::best(),
        Level::Quick => Compression::fast(),
    };
    // Without a time stamp, the same input gives the same bytes.
    let mut encoder = GzEncoder::new(Vec::new(), level);
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

fn br(mut bytes: &[u8], level: Level) -> Result<Vec<u8>> {
    let quality = match level {
        Level::Smallest => 11,
        Level::Quick => 1,
    };
    let parameters = BrotliEncoderParams {
        quality,
        lgwin: 22,
        size_hint: bytes.len(),
        ..BrotliEncoderParams::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut bytes, &mut compressed, &parameters)?;
    Ok(compressed)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn both_encodings_decompress_to_the_original() -> Result<()> {
        let text = "light-dark(#000, #fff) ".repeat(100).into_bytes();
        for level in [Level::Smallest, Level::Quick] {
            let file = compress(SiteFile::with_path("a.css", text.clone())?, level)?;
            let mut unpacked = Vec::new();
            flate2::read::GzDecoder::new(file.gzip.unwrap().as_slice())
                .read_to_end(&mut unpacked)?;
            assert_eq!(unpacked, text);
            unpacked.clear();
            brotli::BrotliDecompress(&mut file.br.unwrap().as_slice(), &mut unpacked)?;
            assert_eq!(unpacked, text);
        }
        Ok(())
    }

    #[test]
    fn encoding_is_omitted_if_it_is_not_smaller() -> Result<()> {
        let file = compress(
            SiteFile::with_path("a.css", b"a".to_vec())?,
            Level::Smallest,
        )?;
        assert!(file.gzip.is_none() && file.br.is_none());
        Ok(())
    }

    #[test]
    fn image_is_not_compressed_again() -> Result<()> {
        let file = compress(
            SiteFile::with_path("a.png", vec![0; 1000])?,
            Level::Smallest,
        )?;
        assert!(file.gzip.is_none() && file.br.is_none());
        Ok(())
    }
}
