//! Contrast of the two tones of charts, computed from the tokens of the style sheet.

use std::path::Path;

use crate::css::bundle;

/// Contrast that WCAG requires of graphics.
const GRAPHICS: f64 = 3.0;

/// A colour in OKLCH: lightness from 0 to 1, chroma, and hue in degrees.
struct Oklch(f64, f64, f64);

impl Oklch {
    /// Parses the arguments of `oklch()`, such as `36% .06 212`.
    fn parse(text: &str) -> Self {
        let parts: Vec<_> = text
            .split_whitespace()
            .map(|part| match part.strip_suffix('%') {
                Some(percent) => percent.parse::<f64>().map(|percent| percent / 100.0),
                None => part.parse(),
            })
            .collect();
        match parts.as_slice() {
            [Ok(lightness), Ok(chroma), Ok(hue)] => Self(*lightness, *chroma, *hue),
            _ => panic!("not a colour: {text}"),
        }
    }

    /// Converts the colour to linear sRGB, as CSS Color 4 defines it.
    fn linear_rgb(&self) -> [f64; 3] {
        let Self(lightness, chroma, hue) = self;
        let (sin, cos) = hue.to_radians().sin_cos();
        let (red_green, yellow_blue) = (chroma * cos, chroma * sin);
        let cones = [
            [0.396_337_777_4, 0.215_803_757_3],
            [-0.105_561_345_8, -0.063_854_172_8],
            [-0.089_484_177_5, -1.291_485_548],
        ]
        .map(|by| (lightness + by[0] * red_green + by[1] * yellow_blue).powi(3));
        [
            [4.076_741_662_1, -3.307_711_591_3, 0.230_969_929_2],
            [-1.268_438_004_6, 2.609_757_401_1, -0.341_319_396_5],
            [-0.004_196_086_3, -0.703_418_614_7, 1.707_614_701],
        ]
        .map(|by| by[0] * cones[0] + by[1] * cones[1] + by[2] * cones[2])
    }

    /// Relative luminance, as WCAG defines it.
    fn luminance(&self) -> f64 {
        let [red, green, blue] = self.linear_rgb().map(|part| part.clamp(0.0, 1.0));
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    fn contrast(&self, other: &Self) -> f64 {
        let (own, other) = (self.luminance() + 0.05, other.luminance() + 0.05);
        own.max(other) / own.min(other)
    }
}

/// Returns the light and the dark colour of a token.
fn token(sheet: &str, name: &str) -> [Oklch; 2] {
    let (_, rest) = sheet
        .split_once(&format!("{name}:"))
        .unwrap_or_else(|| panic!("no token {name}"));
    let value = rest.split([';', '}']).next().unwrap_or_default();
    let mut colours = value.split("oklch(").skip(1).map(|colour| {
        let arguments = colour.split(')').next().unwrap_or_default();
        Oklch::parse(arguments)
    });
    match (colours.next(), colours.next()) {
        (Some(light), Some(dark)) => [light, dark],
        _ => panic!("{name} has no two colours: {value}"),
    }
}

#[test]
fn tones_of_charts_contrast_with_each_other_and_with_their_ground() {
    let entry = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../style/main.css");
    let sheet = String::from_utf8(bundle(&entry).unwrap()).unwrap();
    let pairs = [
        ("--calls", "--refused-calls"),
        ("--calls", "--other-calls"),
        ("--calls", "--surface"),
        ("--refused-calls", "--surface"),
        ("--other-calls", "--surface"),
        // The column of a bar under the pointer.
        ("--calls", "--tint"),
        ("--refused-calls", "--tint"),
    ];
    for (one, other) in pairs {
        let colours = token(&sheet, one).into_iter().zip(token(&sheet, other));
        for (theme, (one_colour, other_colour)) in ["light", "dark"].into_iter().zip(colours) {
            let contrast = one_colour.contrast(&other_colour);
            assert!(
                contrast >= GRAPHICS,
                "{one} on {other} in the {theme} theme: {contrast:.2}"
            );
        }
    }
}

#[test]
fn contrast_is_that_of_wcag() {
    let (white, black) = (Oklch(1.0, 0.0, 0.0), Oklch(0.0, 0.0, 0.0));
    assert!((white.contrast(&black) - 21.0).abs() < 0.01);
    // #767676 is the lightest grey with 4.5 : 1 on white.
    assert!((white.contrast(&Oklch::parse("56.6% 0 0")) - 4.54).abs() < 0.05);
}
