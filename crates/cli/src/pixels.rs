//! A picture as pixels, for places that show no SVG.

use memo_malloc::Code;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{Options, Tree};

use crate::console::Console;
use crate::failure::Failure;

/// Pixels for each unit of the picture: screens have at least two where it matters.
const SCALE: f32 = 2.0;

/// Fonts that have what the pictures need, the likeliest to be liked first.
const FONTS: [&str; 5] = ["Arial", "Helvetica", "DejaVu Sans", "Liberation Sans", "Noto Sans"];

/// Draws an SVG picture as a PNG file, as it looks in light surroundings.
pub(crate) fn png(svg: &str, console: &Console) -> Result<Vec<u8>, Failure> {
    let mut options = Options::default();
    has_fonts(options.fontdb_mut(), console);
    let failed = |what: String| Failure::new(Code::Internal, what);
    let tree = Tree::from_str(svg, &options).map_err(|error| failed(error.to_string()))?;
    let size = tree.size().to_int_size();
    let size = size.scale_by(SCALE).and_then(|size| Pixmap::new(size.width(), size.height()));
    let mut pixels = size.ok_or_else(|| failed("a picture too large to be drawn".to_owned()))?;
    resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| failed(error.to_string()))
}

/// Loads the fonts of the machine, and names the one that stands for all without serifs.
fn has_fonts(fonts: &mut Database, console: &Console) {
    fonts.load_system_fonts();
    let families = || fonts.faces().flat_map(|face| &face.families).map(|(name, _)| name);
    let known = FONTS.into_iter().find(|&font| families().any(|name| name == font));
    let chosen = known.map(str::to_owned).or_else(|| families().next().cloned());
    match chosen {
        Some(chosen) => fonts.set_sans_serif_family(chosen),
        None => console.warning("no fonts are installed: the picture has no text"),
    }
}
