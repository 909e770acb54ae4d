//! One picture made ready for an email: turned upright, at most 1,200 pixels wide, whole and cut to the frames.
//! Pure: bytes in, pictures out.

use std::fmt::Write;
use std::io::Cursor;

use aws_lc_rs::digest::{SHA256, digest};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::imageops::FilterType as Scaling;
use image::{
    DynamicImage, ImageDecoder, ImageEncoder, ImageFormat, ImageReader, Limits, RgbaImage,
};
use thiserror::Error;

/// Twice the paper's width, for screens that have two pixels for one.
const WIDEST: u32 = 1200;
/// A photo of 100 megapixels; what claims to be more is not a photo.
const LONGEST_SIDE: u32 = 20_000;
const MOST_MEMORY_BYTES: u64 = 512 * 1024 * 1024;
/// The eye sees no difference from the original in an email.
const QUALITY: u8 = 82;
/// The frames of the blocks, and how wide a picture of each is at most: the lead, and cards with their thumbnails.
const FRAMES: [(u32, u32, u32); 2] = [(16, 9, WIDEST), (8, 5, 800)];
const NAME_BYTES: usize = 10;

/// A file to publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedPicture {
    /// Made of its content.
    pub name: String,
    pub bytes: Vec<u8>,
    pub width: u32,
    pub height: u32,
}

/// Why a picture cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PictureFault {
    #[error("there is no such file")]
    Missing,
    #[error("the file cannot be read")]
    Unreadable,
    #[error("it is larger than 40 MB, or 20,000 pixels")]
    TooLarge,
    #[error("it is not a JPEG, PNG, WebP or GIF picture")]
    OtherKind,
    #[error("the picture is damaged")]
    Damaged,
}

/// The whole picture, then one for each frame. Nothing of what the camera wrote into the file is in them: not the place either.
///
/// # Errors
/// When the bytes are not a picture that can be shown in an email.
pub fn prepare(bytes: &[u8]) -> Result<Vec<PreparedPicture>, PictureFault> {
    // The decoders of other people panic on some damaged pictures, which must cost the picture only.
    std::panic::catch_unwind(|| pictures_of(bytes)).unwrap_or(Err(PictureFault::Damaged))
}

fn pictures_of(bytes: &[u8]) -> Result<Vec<PreparedPicture>, PictureFault> {
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|_| PictureFault::OtherKind)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY_BYTES);
    reader.limits(limits);
    let format = reader.format().ok_or(PictureFault::OtherKind)?;
    let mut decoder = reader.into_decoder().map_err(|error| fault_of(&error))?;
    // Colours would change without it; it says nothing of where or when.
    let colours = decoder.icc_profile().ok().flatten();
    let orientation = decoder.orientation().map_err(|error| fault_of(&error))?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| fault_of(&error))?;
    picture.apply_orientation(orientation);
    // Sixteen bits a colour are more than any mail program shows.
    let clear = picture.color().has_alpha().then(|| picture.to_rgba8()).filter(has_clear_pixels);
    let is_clear = clear.is_some();
    let picture = match clear {
        Some(clear) => DynamicImage::ImageRgba8(clear),
        None => DynamicImage::ImageRgb8(picture.into_rgb8()),
    };
    let as_file = |picture: &DynamicImage| encoded(picture, format, colours.as_ref());
    let mut made = vec![as_file(&scaled(&picture, WIDEST))?];
    // A logo on a clear ground loses its ends when it is cut.
    if !is_clear {
        for (across, down, widest) in FRAMES {
            made.push(as_file(&scaled(&cut(&picture, across, down), widest))?);
        }
    }
    Ok(made)
}

fn fault_of(error: &image::ImageError) -> PictureFault {
    match error {
        image::ImageError::Unsupported(_) => PictureFault::OtherKind,
        image::ImageError::Limits(_) => PictureFault::TooLarge,
        _ => PictureFault::Damaged,
    }
}

fn has_clear_pixels(picture: &RgbaImage) -> bool {
    picture.pixels().any(|pixel| pixel.0[3] < 250)
}

/// Never larger than it is.
fn scaled(picture: &DynamicImage, widest: u32) -> DynamicImage {
    if picture.width() <= widest {
        return picture.clone();
    }
    let height = u64::from(picture.height()) * u64::from(widest) / u64::from(picture.width());
    let height = u32::try_from(height.max(1)).unwrap_or(u32::MAX);
    picture.resize_exact(widest, height, Scaling::CatmullRom)
}

/// The largest part of a proportion. Faces are above the middle: of what is too high, less is cut off there.
fn cut(picture: &DynamicImage, across: u32, down: u32) -> DynamicImage {
    let (width, height) = (u64::from(picture.width()), u64::from(picture.height()));
    let (across, down) = (u64::from(across), u64::from(down));
    let (wide, high) = if width * down > height * across {
        ((height * across / down).max(1), height)
    } else {
        (width, (width * down / across).max(1))
    };
    let side = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
    let (left, top) = ((width - wide) / 2, (height - high) / 3);
    picture.crop_imm(side(left), side(top), side(wide), side(high))
}

/// The smaller of JPEG and, for drawings, PNG.
fn encoded(
    picture: &DynamicImage,
    format: ImageFormat,
    colours: Option<&Vec<u8>>,
) -> Result<PreparedPicture, PictureFault> {
    let is_clear = picture.color().has_alpha();
    let jpeg = || -> Result<Vec<u8>, PictureFault> {
        let mut bytes = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
        // An encoder that cannot hold it does without.
        let _ = colours.and_then(|colours| encoder.set_icc_profile(colours.clone()).ok());
        picture.write_with_encoder(encoder).map_err(|error| fault_of(&error))?;
        Ok(bytes)
    };
    let png = || -> Result<Vec<u8>, PictureFault> {
        let mut bytes = Vec::new();
        let mut encoder = PngEncoder::new_with_quality(
            &mut bytes,
            CompressionType::Default,
            FilterType::Adaptive,
        );
        let _ = colours.and_then(|colours| encoder.set_icc_profile(colours.clone()).ok());
        picture.write_with_encoder(encoder).map_err(|error| fault_of(&error))?;
        Ok(bytes)
    };
    let is_drawing = matches!(format, ImageFormat::Png | ImageFormat::Gif | ImageFormat::WebP);
    let (bytes, ending) = match (is_clear, is_drawing) {
        (true, _) => (png()?, "png"),
        (false, false) => (jpeg()?, "jpg"),
        (false, true) => {
            let (png, jpeg) = (png()?, jpeg()?);
            if png.len() <= jpeg.len() { (png, "png") } else { (jpeg, "jpg") }
        }
    };
    let hash = digest(&SHA256, &bytes);
    let mut name = String::new();
    for byte in &hash.as_ref()[..NAME_BYTES] {
        // Writing to a string cannot fail.
        let _ = write!(name, "{byte:02x}");
    }
    name.push('.');
    name.push_str(ending);
    Ok(PreparedPicture { name, bytes, width: picture.width(), height: picture.height() })
}

/// Whether a name is one that we give.
pub fn is_own_name(name: &str) -> bool {
    let Some((stem, ending)) = name.split_once('.') else { return false };
    stem.len() == 2 * NAME_BYTES
        && stem.bytes().all(|byte| byte.is_ascii_hexdigit())
        && matches!(ending, "png" | "jpg")
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage, Rgba};

    use super::*;

    fn as_png(picture: &DynamicImage) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    fn photo(width: u32, height: u32) -> DynamicImage {
        let noise =
            |x: u32, y: u32| (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)).to_le_bytes();
        DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, y| {
            let [a, b, c, _] = noise(x, y);
            Rgb([a, b, c])
        }))
    }

    fn sizes(pictures: &[PreparedPicture]) -> Vec<(u32, u32)> {
        pictures.iter().map(|picture| (picture.width, picture.height)).collect()
    }

    #[test]
    fn a_picture_is_never_enlarged_and_keeps_its_frames() {
        for ((width, height), expected) in [
            ((2400, 1350), [(1200, 675), (1200, 675), (800, 500)]),
            ((1000, 2000), [(1000, 2000), (1000, 562), (800, 500)]),
            ((300, 300), [(300, 300), (300, 168), (300, 187)]),
            ((1, 1), [(1, 1), (1, 1), (1, 1)]),
            ((3000, 2), [(1200, 1), (3, 2), (3, 2)]),
        ] {
            let made = prepare(&as_png(&photo(width, height))).unwrap();
            assert_eq!(sizes(&made), expected, "{width} by {height}");
            for picture in made {
                let read = image::load_from_memory(&picture.bytes).unwrap();
                assert_eq!((read.width(), read.height()), (picture.width, picture.height));
                assert!(is_own_name(&picture.name), "{}", picture.name);
            }
        }
    }

    #[test]
    fn photos_are_jpeg_drawings_png_and_clear_ones_are_not_cut() {
        let drawing = DynamicImage::ImageRgb8(RgbImage::from_pixel(640, 360, Rgb([11, 90, 111])));
        let clear = DynamicImage::ImageRgba8(RgbaImage::from_pixel(400, 100, Rgba([0, 0, 0, 0])));
        let solid = DynamicImage::ImageRgba8(RgbaImage::from_pixel(40, 30, Rgba([0, 0, 0, 255])));
        let endings = |picture| -> Vec<String> {
            let made = prepare(&as_png(&picture)).unwrap();
            made.iter().map(|made| made.name.split('.').nth(1).unwrap().to_owned()).collect()
        };
        assert_eq!(endings(photo(400, 300)), ["jpg"; 3]);
        assert_eq!(endings(drawing), ["png"; 3]);
        assert_eq!(endings(clear), ["png"]);
        assert_eq!(endings(solid).len(), 3);
    }

    /// A JPEG with what a camera writes: turned by a quarter, and a place.
    fn from_a_camera(width: u32, height: u32) -> Vec<u8> {
        let mut jpeg = Cursor::new(Vec::new());
        photo(width, height).write_to(&mut jpeg, ImageFormat::Jpeg).unwrap();
        let jpeg = jpeg.into_inner();
        let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x02".to_vec();
        // Orientation 6: turn it right by a quarter. Then a description.
        exif.extend(b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0");
        exif.extend(b"\x01\x0e\0\x02\0\0\0\x10\0\0\0\x26\0\0\0\0");
        exif.extend(b"51.5072N 0.1276W\0");
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        [&jpeg[..2], b"\xff\xe1", &length, &exif, &jpeg[2..]].concat()
    }

    #[test]
    fn what_the_camera_wrote_is_gone_and_the_picture_stands_upright() {
        let bytes = from_a_camera(64, 32);
        assert!(memchr::memmem::find(&bytes, b"51.5072N").is_some());
        let made = prepare(&bytes).unwrap();
        assert_eq!(sizes(&made)[0], (32, 64));
        for picture in made {
            assert!(memchr::memmem::find(&picture.bytes, b"51.5072N").is_none());
            assert!(memchr::memmem::find(&picture.bytes, b"Exif").is_none());
        }
    }

    #[test]
    fn what_is_no_picture_is_named() {
        let png = as_png(&photo(40, 30));
        for (bytes, fault) in [
            (&b""[..], PictureFault::OtherKind),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", PictureFault::OtherKind),
            (b"%PDF-1.7", PictureFault::OtherKind),
            (&png[..png.len() / 2], PictureFault::Damaged),
        ] {
            assert_eq!(prepare(bytes).unwrap_err(), fault);
        }
        // A picture that claims to be enormous costs nothing.
        let mut enormous = png.clone();
        enormous[16..24].copy_from_slice(&[0, 0x0f, 0xff, 0xff, 0, 0x0f, 0xff, 0xff]);
        assert!(prepare(&enormous).is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_end_the_program(bytes: Vec<u8>, at in 0..200_usize, byte: u8) {
            let _ = prepare(&bytes);
            for mut whole in [from_a_camera(9, 7), as_png(&photo(9, 7))] {
                let at = at.min(whole.len() - 1);
                whole[at] = byte;
                let _ = prepare(&whole);
            }
        }
    }
}
