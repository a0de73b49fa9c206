//! Chance for tests, the same in every run.

/// Numbers that look thrown and are the same in every run (xorshift64*), so that a failure can be found again.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let drawn = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(drawn).unwrap() % bound.max(1)
    }

    /// A damaged copy: cut, doubled, spliced with itself, bytes changed.
    pub(crate) fn damage(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = bytes.to_vec();
        for _ in 0..=self.below(4) {
            if out.is_empty() {
                return out;
            }
            let (a, b) = (self.below(out.len()), self.below(out.len()));
            let (from, to) = (a.min(b), a.max(b).min(a.min(b) + 5_000));
            match self.below(6) {
                0 => out.truncate(a),
                1 => {
                    out.drain(from..to);
                }
                2 => {
                    let piece = out[from..to].to_vec();
                    out.splice(b..b, piece);
                }
                3 => {
                    let bytes = b"<>&\"'/=![]{}\0\xff \n;:-";
                    out[a] = bytes[self.below(bytes.len())];
                }
                4 => out[a] ^= 1 << self.below(8),
                _ => {
                    let tags = [
                        b"<p>".as_slice(),
                        b"</div>",
                        b"<table>",
                        b"<tr><td>",
                        b"]]>",
                        b"<!--",
                        b"-->",
                        b"<![CDATA[",
                        b"&#0;",
                        b"<li>",
                        b"<blockquote>",
                        b"<svg>",
                        b"<br><br>",
                        b"<figure>",
                        b"</p>",
                        b"<b>",
                        b"<a href=x>",
                        b"<pre>",
                        b"<dl><dt>",
                        b"<aside>",
                        b"<h2>",
                        b"&amp;",
                        b"<item>",
                        b"</item>",
                        b"\"",
                        b"<td colspan=1000>",
                    ];
                    out.splice(a..a, tags[self.below(tags.len())].iter().copied());
                }
            }
        }
        out
    }
}
