//! Pictures as pixels.

#[expect(dead_code, reason = "each test file uses a part of what they share")]
mod common;

use std::collections::BTreeMap;

use common::Folder;
use resvg::tiny_skia::Pixmap;

/// The picture of a plan, and how often it has each color, of the pixels that are not mixed.
fn drawn(folder: &Folder) -> (Pixmap, BTreeMap<(u8, u8, u8), usize>) {
    assert_eq!(folder.run("plan a.csv -o p.json").code, Some(0));
    let drawn = folder.run("draw p.json -o p.png --json");
    assert_eq!(drawn.code, Some(0), "{drawn:?}");
    let bytes = std::fs::read(folder.path("p.png")).expect("written");
    assert_eq!(drawn.json()["bytes"], bytes.len());
    let picture = Pixmap::decode_png(&bytes).expect("a PNG file");
    let mut colors = BTreeMap::new();
    for pixel in picture.pixels() {
        *colors.entry((pixel.red(), pixel.green(), pixel.blue())).or_default() += 1;
    }
    (picture, colors)
}

#[test]
fn pixels_have_the_colors_of_the_picture() {
    let folder = Folder::new();
    let (picture, colors) = drawn(&folder);
    assert_eq!(folder.run("draw p.json -o p.svg").code, Some(0));
    let svg = folder.text("p.svg");
    let size = format!(r#"width="{}" height="{}""#, picture.width() / 2, picture.height() / 2);
    assert!(svg.contains(&size), "{size}");
    // Paper, field and the first group: light, whatever the machine prefers.
    let group = svg.split(".g0 { fill: #").nth(1).and_then(|rest| rest.get(..6)).expect("a color");
    let group = u32::from_str_radix(group, 16).expect("hexadecimal").to_be_bytes();
    for color in [(255, 255, 255), (0xf6, 0xf8, 0xfa), (group[1], group[2], group[3])] {
        assert!(colors.get(&color).is_some_and(|&count| count > 10_000), "{color:?}: {colors:?}");
    }
}

#[test]
fn the_ending_says_what_is_written() {
    let folder = Folder::new();
    assert_eq!(folder.run("plan a.csv -o p.json").code, Some(0));
    let refused = folder.run("draw p.json -o p.gif");
    assert!(refused.err.contains("end the name in .svg or .png"), "{refused:?}");
}
