//! Reference systems of positions: degrees, and the metres of the European and worldwide UTM zones, which publishers of
//! roads like. Other grids aren't read.

use masthead_domain::places::Point;

/// What the two numbers of a position are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum System {
    /// Degrees, latitude first.
    Degrees,
    /// Degrees, longitude first.
    Turned,
    /// Metres east and north in a zone of UTM on the northern half.
    Utm(u8),
}

impl System {
    /// The system of a name: `EPSG:4326`, `urn:ogc:def:crs:EPSG::25832`, `25833`, an address that ends so, or words.
    /// `None` for what isn't read.
    pub(super) fn of(name: &str) -> Option<Self> {
        let upper = name.trim().to_ascii_uppercase();
        if upper.contains("CRS84") {
            return Some(Self::Turned);
        }
        let last = upper.rsplit([':', '/', '#', ' ']).next().unwrap_or_default();
        let code: u32 = match last.parse() {
            Ok(code) => code,
            // No name, or one such as `WGS84`: the schemas' own.
            Err(_) if !upper.contains("EPSG") || last == "EPSG" => return Some(Self::Degrees),
            Err(_) => return None,
        };
        let zone = |first: u32| u8::try_from(code.checked_sub(first)?).ok();
        match code {
            // `WGS 84`, and the geographic systems that lie within a metre of it.
            84 | 4258 | 4326 | 4937 | 4979 => Some(Self::Degrees),
            25828..=25838 => zone(25800).map(Self::Utm),
            32601..=32660 => zone(32600).map(Self::Utm),
            _ => None,
        }
    }

    /// The point of a position.
    pub(super) fn point(self, first: f64, second: f64) -> Option<Point> {
        match self {
            Self::Degrees => Point::turned(first, second),
            Self::Turned => Point::turned(second, first),
            Self::Utm(zone) => utm(zone, first, second),
        }
    }
}

/// The point of metres east and north in a zone: Krüger's series to the third power of the flattening, good to a
/// millimetre within the zone (Karney, "Transverse Mercator with an accuracy of a few nanometers", 2011, equations 8-36).
fn utm(zone: u8, east: f64, north: f64) -> Option<Point> {
    /// The third flattening of GRS 80, which is WGS 84's but for the eleventh digit.
    const N: f64 = 0.001_679_220_394_629;
    /// The radius of a sphere whose meridian is as long, times the scale of UTM.
    const RADIUS: f64 = 6_367_449.145_77 * 0.9996;
    let (xi, eta) = (north / RADIUS, (east - 500_000.0) / RADIUS);
    // Countries use one zone well beyond its edge; what is a thousand kilometres away is no position of it.
    if !(0.0..=1.5).contains(&xi) || !(-0.16..=0.16).contains(&eta) {
        return None;
    }
    let back = [
        N / 2.0 - 2.0 * N.powi(2) / 3.0 + 37.0 * N.powi(3) / 96.0,
        N.powi(2) / 48.0 + N.powi(3) / 15.0,
        17.0 * N.powi(3) / 480.0,
    ];
    let (mut xi_sphere, mut eta_sphere, mut times) = (xi, eta, 2.0);
    for factor in back {
        xi_sphere -= factor * (times * xi).sin() * (times * eta).cosh();
        eta_sphere -= factor * (times * xi).cos() * (times * eta).sinh();
        times += 2.0;
    }
    let conformal = (xi_sphere.sin() / eta_sphere.cosh()).asin();
    let forth = [
        2.0 * N - 2.0 * N.powi(2) / 3.0 - 2.0 * N.powi(3),
        7.0 * N.powi(2) / 3.0 - 8.0 * N.powi(3) / 5.0,
        56.0 * N.powi(3) / 15.0,
    ];
    let (mut latitude, mut times) = (conformal, 2.0);
    for factor in forth {
        latitude += factor * (times * conformal).sin();
        times += 2.0;
    }
    let meridian = f64::from(zone) * 6.0 - 183.0;
    let longitude = meridian + eta_sphere.sinh().atan2(xi_sphere.cos()).to_degrees();
    Point::turned(latitude.to_degrees(), longitude)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_by_every_way_of_naming_them() {
        for (name, system) in [
            ("", Some(System::Degrees)),
            ("WGS84", Some(System::Degrees)),
            ("WGS 84", Some(System::Degrees)),
            ("EPSG:4326", Some(System::Degrees)),
            ("EPSG::4326", Some(System::Degrees)),
            ("WGS84 EPSG 4326", Some(System::Degrees)),
            ("urn:ogc:def:crs:EPSG:6.6:4258", Some(System::Degrees)),
            ("http://www.opengis.net/def/crs/EPSG/0/4326", Some(System::Degrees)),
            ("http://www.opengis.net/gml/srs/epsg.xml#4326", Some(System::Degrees)),
            ("urn:ogc:def:crs:OGC:1.3:CRS84", Some(System::Turned)),
            ("25833", Some(System::Utm(33))),
            ("urn:ogc:def:crs:EPSG::32632", Some(System::Utm(32))),
            ("EPSG:31370", None),
            ("28992", None),
            ("EPSG:RD", None),
        ] {
            assert_eq!(System::of(name), system, "{name}");
        }
    }

    /// The positions of two towers, and a meridian's length, as surveys publish them.
    #[test]
    fn metres_of_a_zone_are_the_point_that_surveys_say() {
        let near = |zone, east, north, latitude: f64, longitude: f64| {
            let point = System::Utm(zone).point(east, north).unwrap();
            let metres = point.distance_km(Point::new(latitude, longitude).unwrap()) * 1000.0;
            assert!(metres < 1.5, "{metres} m away: {point:?}");
        };
        // The CN Tower in Toronto.
        near(17, 630_084.0, 4_833_438.0, 43.642_567, -79.387_139);
        // The quarter of a meridian up to 45 degrees is 4 984 944.378 m.
        near(33, 500_000.0, 4_984_944.378 * 0.9996, 45.0, 15.0);
        near(31, 500_000.0, 0.0, 0.0, 3.0);
        assert_eq!(System::Utm(33).point(9.9, -53.5), None);
        assert_eq!(System::Utm(33).point(f64::NAN, 1.0), None);
        assert_eq!(System::Utm(33).point(9e12, 7e6), None);
    }
}
