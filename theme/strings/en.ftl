# Words of the interface in English. A theme in another language gives the same messages in a file of its own;
# what it leaves out is said in English.

## Around every page
skip-to-content = Skip to the content
menu = Menu
nav-sections = Sections
nav-all = All sections and pages
nav-breadcrumbs = You are here
nav-pages = About this site
nav-network = Our other sites
home = Front page
search = Search
search-label = Search { $site }
search-placeholder = Words, names, places
feeds = Feeds
feed-rss = RSS
feed-atom = Atom
feed-json = JSON Feed
archive = Archive
corrections = Corrections
back-to-top = Back to the top
new-stories = There are new stories on the homepage.
new-stories-link = Click here to see them.
new-stories-close = Dismiss

## Fronts and lists
front-updated = Updated { $clock }
top-stories = Top stories
latest = Latest
more-from = More from { $name }
breaking = Breaking
sponsored = Sponsored
in-section = In { $name }
older = Older stories
newest = Newest stories
list-continued = Earlier stories
no-stories = There are no stories here yet.
nothing-yet-title = The first edition is being made
nothing-yet = Nothing has been published on this site yet. Come back soon.

## Multimedia
multimedia = Multimedia
multimedia-about = Picture galleries and the news in pictures from { $site }.
galleries = Galleries
galleries-empty = There are no galleries here yet.
news-in-pictures = News in pictures
news-in-pictures-about = The news of { $day } in pictures, from { $site }.
news-in-pictures-all = All pictures of the day
gallery = Gallery
gallery-pictures = { $count ->
    [one] { $count } picture
   *[other] { $count } pictures
}
gallery-back = Back to the gallery
picture-of = Picture { $number } of { $count }
picture-open = Open picture { $number } of { $count } by itself
picture-previous = Previous picture
picture-next = Next picture
picture-all = All pictures of this gallery

## Story
by = By
and = and
published = Published
updated = Updated
correction = Correction
corrections-heading = { $count ->
    [one] Correction
   *[other] Corrections
}
read-more-on = Read more on:
related = Related stories
share = Share
share-email = E-mail
share-facebook = Facebook
share-whatsapp = WhatsApp
share-bluesky = Bluesky
share-x = X
share-subject = From { $site }: { $headline }
also-on = Also published by
table = Table
source-ai = Made with the help of artificial intelligence
source-ai-note = According to its sender, this material was made wholly or in part by artificial intelligence.

## Topics, authors, archive, corrections
topic = Topic
topic-about = Stories about { $name }
author = Author
author-about = Stories by { $name }
archive-of = Stories of { $day }
archive-about = Everything that { $site } published on { $day }
archive-empty = Nothing was published on this day.
archive-earlier = Earlier: { $day }
archive-later = Later: { $day }
corrections-about = What { $site } got wrong and put right
corrections-intro = When we get something wrong we say so here, and at the top of the story itself.
corrections-empty = There are no corrections to report.
page-updated = Last changed

## Search
search-title = Search
search-about = Find stories of { $site }
search-words = Words to look for; put a phrase in "quotation marks"
search-section = Section
search-all = All sections
search-from = From
search-to = Until
search-remove = Remove
search-none = Nothing was found
search-one = One story
search-found = { $count } stories
search-more = More than { $count } stories
search-partial = No story has all of these words. These have some of them.
search-relaxed = Nearly nothing has exactly these words, so that similar ones are shown too.
search-hint = Check the spelling, use fewer or more general words, or choose all sections and no dates.
search-off = Search is being prepared. Please try again in a few minutes; everything else works.
search-pages = Pages of results
search-previous = Previous
search-next = Next

## Errors
error-search = Search for it
error-suggestions = Perhaps you are looking for
error-front = On the front page now
error-reference = Reference for our engineers:
error-home = Go to the front page
error-not-found = We can’t find that page
error-not-found-text = The address may be mistyped, or the page has moved. Nothing is at this address now.
error-gone = This story is no longer available
error-gone-text = It was withdrawn. The reason given by the editors:
error-gone-bare = It was withdrawn by the editors.
error-internal = Something went wrong on our side
error-internal-text = The fault is ours and has been noted. Please try again in a moment.
error-unavailable = Not available for the moment
error-unavailable-text = Part of this site is being put back in order. Please try again in a minute.
error-bad-request = We can’t read that request
error-bad-request-text = Part of the address is not what this page expects.
error-unauthorized = Please sign in
error-unauthorized-text = This page is for people who are signed in.
error-forbidden = This is not open to you
error-forbidden-text = You may not see or do this.
error-method-not-allowed = That can’t be done here
error-method-not-allowed-text = This address can be read, but nothing can be sent to it.
error-conflict = It changed in the meantime
error-conflict-text = Somebody else changed this while you were at it. Load the page again and see.
error-too-large = That is too large
error-too-large-text = What you sent is larger than we can take.
error-unsupported-type = We can’t take that kind of file
error-unsupported-type-text = It is of a kind that is not accepted here.
error-unknown-host = There is no site of this name here
error-unknown-host-text = Please check the name in the address.
error-invalid = Some fields need another look
error-invalid-text = Please see what is said beside each of them.
error-too-many-requests = A little slower, please
error-too-many-requests-text = There were too many requests from you in a short time. Please wait a moment.
