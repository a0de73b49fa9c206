//! A WordPress export and pictures as cameras make them, written by hand. People and places are invented.

use super::plant::jpeg;
use bytes::Bytes;

/// A post of an export.
#[derive(Clone, Default)]
pub(crate) struct Post {
    pub(crate) id: u32,
    pub(crate) title: String,
    pub(crate) slug: String,
    /// `publish`, `draft`, `trash` and so on.
    pub(crate) status: &'static str,
    /// `post`, `page` or `attachment`.
    pub(crate) kind: &'static str,
    pub(crate) body: String,
    /// Further elements, as they stand in the file.
    pub(crate) more: String,
}

impl Post {
    /// A published post of May 2019.
    pub(crate) fn published(id: u32, title: &str, slug: &str, body: &str) -> Self {
        Self {
            id,
            title: title.into(),
            slug: slug.into(),
            status: "publish",
            kind: "post",
            body: body.into(),
            more: String::new(),
        }
    }

    /// With further elements.
    pub(crate) fn with(mut self, more: &str) -> Self {
        self.more.push_str(more);
        self
    }

    /// The item.
    pub(crate) fn xml(&self) -> String {
        let Self {
            id,
            title,
            slug,
            status,
            kind,
            body,
            more,
        } = self;
        let link = if *kind == "page" {
            format!("https://old.example/{slug}/")
        } else {
            format!("https://old.example/2019/05/17/{slug}/")
        };
        format!(
            "<item><title>{title}</title><link>{link}</link><pubDate>Fri, 17 May 2019 08:30:00 +0000</pubDate>\
             <dc:creator><![CDATA[mfenn]]></dc:creator>\
             <guid isPermaLink=\"false\">https://old.example/?p={id}</guid><description></description>\
             <content:encoded><![CDATA[{body}]]></content:encoded><excerpt:encoded><![CDATA[]]></excerpt:encoded>\
             <wp:post_id>{id}</wp:post_id><wp:post_date>2019-05-17 10:30:00</wp:post_date>\
             <wp:post_date_gmt>2019-05-17 08:30:00</wp:post_date_gmt><wp:comment_status>open</wp:comment_status>\
             <wp:ping_status>closed</wp:ping_status><wp:post_name>{slug}</wp:post_name><wp:status>{status}</wp:status>\
             <wp:post_parent>0</wp:post_parent><wp:menu_order>0</wp:menu_order><wp:post_type>{kind}</wp:post_type>\
             <wp:post_password></wp:post_password><wp:is_sticky>0</wp:is_sticky>{more}</item>\n"
        )
    }
}

/// What stands before the items.
pub(crate) const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<rss version=\"2.0\" \
    xmlns:excerpt=\"http://wordpress.org/export/1.2/excerpt/\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" \
    xmlns:wfw=\"http://wellformedweb.org/CommentAPI/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
    xmlns:wp=\"http://wordpress.org/export/1.2/\"><channel><title>The Old Paper</title>\
    <link>https://old.example</link><description></description><pubDate>Mon, 02 Mar 2020 09:00:00 +0000</pubDate>\
    <language>en-GB</language><wp:wxr_version>1.2</wp:wxr_version>\
    <wp:base_site_url>https://old.example</wp:base_site_url><wp:base_blog_url>https://old.example</wp:base_blog_url>\
    <wp:author><wp:author_id>2</wp:author_id><wp:author_login><![CDATA[mfenn]]></wp:author_login>\
    <wp:author_email><![CDATA[m.fenn@old.example]]></wp:author_email>\
    <wp:author_display_name><![CDATA[Mara Fenn]]></wp:author_display_name></wp:author>\
    <wp:category><wp:term_id>3</wp:term_id><wp:category_nicename>harbour-news</wp:category_nicename>\
    <wp:category_parent></wp:category_parent><wp:cat_name><![CDATA[Harbour news]]></wp:cat_name></wp:category>\
    <wp:tag><wp:term_id>4</wp:term_id><wp:tag_slug>dredging</wp:tag_slug><wp:tag_name><![CDATA[Dredging]]></wp:tag_name>\
    </wp:tag><generator>https://wordpress.org/?v=5.3</generator>\n";

/// What stands after them.
pub(crate) const TAIL: &str = "</channel></rss>\n";

/// A whole export.
pub(crate) fn export(posts: &[Post]) -> String {
    let items: String = posts.iter().map(Post::xml).collect();
    format!("{HEAD}{items}{TAIL}")
}

/// The element by which a post is filed.
pub(crate) fn category(slug: &str, name: &str) -> String {
    format!("<category domain=\"category\" nicename=\"{slug}\"><![CDATA[{name}]]></category>")
}

/// A comment; `parent` is 0 at the top, `approved` is `1`, `0`, `spam` or `trash`.
pub(crate) fn comment(id: u32, parent: u32, approved: &str, text: &str) -> String {
    format!(
        "<wp:comment><wp:comment_id>{id}</wp:comment_id><wp:comment_author><![CDATA[Reader {id}]]></wp:comment_author>\
         <wp:comment_author_email>reader{id}@old.example</wp:comment_author_email><wp:comment_author_url></wp:comment_author_url>\
         <wp:comment_author_IP>192.0.2.7</wp:comment_author_IP><wp:comment_date>2019-05-18 10:00:0{}</wp:comment_date>\
         <wp:comment_date_gmt>2019-05-18 08:00:0{}</wp:comment_date_gmt>\
         <wp:comment_content><![CDATA[{text}]]></wp:comment_content><wp:comment_approved>{approved}</wp:comment_approved>\
         <wp:comment_type>comment</wp:comment_type><wp:comment_parent>{parent}</wp:comment_parent>\
         <wp:comment_user_id>0</wp:comment_user_id></wp:comment>",
        id % 10,
        id % 10
    )
}

/// What a camera writes beside the pixels: lying on its side (orientation 6), its owner, and where it was.
pub(crate) const CAMERA_OWNER: &str = "Prudence Oarsman";

/// A JPEG of these pixels with Exif: orientation 6, an artist and a position.
pub(crate) fn camera_jpeg(word: &str, width: u32, height: u32) -> Bytes {
    let plain = jpeg(word, width, height);
    let mut tiff: Vec<u8> = b"II\x2a\0\x08\0\0\0".to_vec();
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        let mut bytes = Vec::new();
        bytes.extend(tag.to_le_bytes());
        bytes.extend(kind.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend(value.to_le_bytes());
        bytes
    };
    // The first directory: 3 entries end at 8 + 2 + 36 + 4; the owner's name and then the position follow.
    let name_at = 50_u32;
    let name_length = u32::try_from(CAMERA_OWNER.len() + 1).unwrap();
    let gps_at = name_at + name_length + (name_length % 2);
    tiff.extend(3_u16.to_le_bytes());
    tiff.extend(entry(0x0112, 3, 1, 6));
    tiff.extend(entry(0x013b, 2, name_length, name_at));
    tiff.extend(entry(0x8825, 4, 1, gps_at));
    tiff.extend(0_u32.to_le_bytes());
    tiff.extend(CAMERA_OWNER.as_bytes());
    tiff.resize(usize::try_from(gps_at).unwrap(), 0);
    // The position's directory: north, and 51 degrees 23 minutes 7 seconds.
    tiff.extend(2_u16.to_le_bytes());
    tiff.extend(entry(0x0001, 2, 2, u32::from(b'N')));
    tiff.extend(entry(0x0002, 5, 3, gps_at + 30));
    tiff.extend(0_u32.to_le_bytes());
    for part in [51_u32, 1, 23, 1, 7, 1] {
        tiff.extend(part.to_le_bytes());
    }
    let mut out = plain[..2].to_vec();
    out.extend([0xff, 0xe1]);
    out.extend(u16::try_from(tiff.len() + 8).unwrap().to_be_bytes());
    out.extend(b"Exif\0\0");
    out.extend(tiff);
    out.extend(&plain[2..]);
    out.into()
}
