//! Signs of currencies.

/// Currencies that are also recognised outside of brackets. Other codes are words as well, such as
/// `ALL` and `TRY`.
pub const FREQUENT_CODES: [&str; 10] = [
    "EUR", "USD", "GBP", "CHF", "PLN", "CZK", "SEK", "DKK", "CAD", "AUD",
];

/// Each sign with the currencies that are written with it, longer signs before those that they
/// contain.
pub const SIGNS: [(&str, &[&str]); 43] = [
    ("US$", &["USD"]),
    ("US $", &["USD"]),
    ("AU$", &["AUD"]),
    ("AU $", &["AUD"]),
    ("CA$", &["CAD"]),
    ("NZ$", &["NZD"]),
    ("HK$", &["HKD"]),
    ("NT$", &["TWD"]),
    ("MX$", &["MXN"]),
    ("A$", &["AUD"]),
    ("R$", &["BRL"]),
    ("S$", &["SGD"]),
    ("C$", &["CAD", "NIO"]),
    ("JP¥", &["JPY"]),
    ("CN¥", &["CNY"]),
    ("$", DOLLARS),
    ("¥", YEN),
    ("￥", YEN),
    ("円", &["JPY"]),
    ("Euros", &["EUR"]),
    ("Euro", &["EUR"]),
    ("€", &["EUR"]),
    ("£", &["GBP"]),
    ("zł", &["PLN"]),
    ("Kč", &["CZK"]),
    ("₹", &["INR"]),
    ("₺", &["TRY"]),
    ("₴", &["UAH"]),
    ("₪", &["ILS"]),
    ("₩", &["KRW"]),
    ("₫", &["VND"]),
    ("₱", &["PHP"]),
    ("₽", &["RUB"]),
    ("₸", &["KZT"]),
    ("฿", &["THB"]),
    ("Ft", &["HUF"]),
    ("SFr.", &["CHF"]),
    ("RM", &["MYR"]),
    ("Rp", &["IDR"]),
    ("Rs.", RUPEES),
    ("Rs", RUPEES),
    ("kr.", CROWNS),
    ("kr", CROWNS),
];

const DOLLARS: &[&str] = &[
    "USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "TWD", "ARS", "CLP", "COP",
];
const YEN: &[&str] = &["JPY", "CNY"];
const CROWNS: &[&str] = &["SEK", "NOK", "DKK", "ISK"];
const RUPEES: &[&str] = &["INR", "PKR", "LKR", "NPR"];

#[cfg(test)]
mod tests {
    use super::*;
    use service::inventory::Currency;

    #[test]
    fn longer_signs_precede_the_signs_they_contain_and_all_codes_are_valid() {
        for (index, (sign, codes)) in SIGNS.iter().enumerate() {
            assert!(codes.iter().all(|code| Currency::parse(code).is_some()));
            let earlier = SIGNS[..index].iter();
            assert!(
                !earlier.into_iter().any(|(one, _)| sign.contains(one)),
                "{sign}"
            );
        }
    }
}
