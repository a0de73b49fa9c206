# Words of the interface in English. A theme in another language gives the same messages in a file of its own;
# what it leaves out is said in English. A message that is new here is written in the other files too: a test compares
# them.

## Dates
# Letters of CLDR: yyyy, M, MM, MMMM (a name of day-months), d, dd; words stand in single quotes.
day-pattern = yyyy-MM-dd
day-months = January February March April May June July August September October November December

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
# Between the last two names, and between those before; with the space that follows.
and = and{ " " }
comma = ,{ " " }
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
search-found = { $count ->
    [one] One story
   *[other] { $count } stories
}
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

## Accounts
account = Your account
sign-in = Sign in
sign-up = Create an account
sign-out = Sign out
email = E-mail address
email-new = New e-mail address
email-none = None
password = Password
password-choose = Choose a password
password-hint = At least 10 characters. Three or four words that have nothing to do with each other are good; names and dates are not.
password-set = Set
password-none = None
username = Username
change = Change
save = Save
go-on = Continue
on = On
off = Off
form-trap = Leave this empty
forgot = Forgot your password?
no-account = No account yet?
have-account = You have an account?
back-to-account = Back to your account
sign-in-wrong = The e-mail address or the password is wrong.
sign-in-closed = This account was closed. Please write to us if you think that this is a mistake.
code = Code
code-title = Enter your code
code-about = Your account asks for the six digits that your authenticator shows now.
code-wrong = This code is wrong, or it was used already. Wait for the next one.
link-dead = This link was used already, or it is too old.
sign-up-about = One account for { $site } and our other sites: comment, send us your stories and pictures, and keep your settings.
sent-title = Look into your mailbox
sign-up-sent = We have sent a mail to { $email }. Follow the link in it to go on.
sent-hint = Nothing there after a few minutes? Look among unwanted mail, and check that the address is right.
confirm-title = Almost done
confirm-about = Your e-mail address is confirmed. Now choose how you sign in.
confirm-button = Create the account
username-title = Choose a username
username-optional = Username (you can choose it later)
username-about = Please provide a username for your profile page. It must be unique, cannot be changed, and will be used in the address of your profile page across the entire network.
username-hint = 3 to 20 letters from a to z, digits and underscores; the first is a letter.
username-address = The address of your page:
username-sample = your_name
username-look = See if it is free
username-free = This name is free. Your page will be at
username-final = A username cannot be changed.
username-take = Take the name { $name }
username-other = Choose another name
username-none = You have no username yet. You need one to comment and to send us something.
username-error-missing = Please choose a username.
username-error-length = A username has 3 to 20 characters.
username-error-characters = Use the letters a to z, digits and underscores only.
username-error-first-letter = Begin with a letter.
username-error-reserved = This name is kept for our staff. Please choose another one.
username-error-taken = This name is taken, or looks too much like one that is. Please choose another one.
username-error-named = You have a username already. It cannot be changed.
password-error-short = Too short: use at least 10 characters.
password-error-long = Too long: use at most 256 characters.
password-error-guessable = This password is easily guessed. Use something longer, or words that have nothing to do with you.
password-title = Change your password
password-about = You stay signed in here. All other browsers are signed out.
email-error = Please write a whole e-mail address, such as name@example.org.
email-error-taken = This address belongs to another account.
email-title = Change your e-mail address
email-about = We send a link to the new address. The old one counts until you follow it.
email-sent = We have sent a mail to { $email }. Follow the link in it, in this browser, to confirm the address.
text-error-long = This is too long.
reset-title = Set a new password
reset-about = We send a link to the e-mail address of your account.
reset-button = Send the link
reset-sent = If there is an account with { $email }, a mail with a link is on its way to it.
new-password-title = Choose a new password
new-password-about = Every browser that is signed in to your account is signed out.
new-password-button = Save and sign in
sudo-title = Is it you?
sudo-about = Before you change something important, please show once more that it is you.
sudo-needed = Please show that it is you first.
sudo-none = You have no password yet.
totp-title = Code when signing in
totp-about = An authenticator is a program on your phone that shows a new code every half minute. With it nobody signs in who only knows your password.
totp-open = Open it in your authenticator
totp-secret = Or type this key into it:
totp-button = Turn on
totp-on = Signing in asks for a code.
totp-off = Turn off
account-failed = That didn’t work. Please try again.
account-ways = Signing in
account-own = What belongs to you
account-done-saved = Saved.
account-done-waiting = Thank you. Your changes are shown as soon as somebody has looked at them.
account-done-password = Your password was changed, and other browsers were signed out.
account-done-email = Your e-mail address is confirmed.
account-done-session = The session has ended.
account-done-sessions = All other sessions have ended.
account-done-totp = From now on signing in asks for a code.
account-done-no-totp = Signing in no longer asks for a code.
account-done-kept = Your account stays.
account-done-username = The name is yours.
profile = Profile
profile-name = Name shown on your page
profile-bio = About you
profile-reviewed = We look at this before it is shown.
profile-waiting = Waiting to be looked at.
profile-declined-name = We could not accept your last name:
profile-declined-bio = We could not accept your last text:
profile-declined-picture = We could not accept your last picture:
profile-joined = Joined
profile-closed = This person wrote here before profiles were introduced.
profile-gone = This account was deleted by its owner.
badge-staff = Staff
sessions = Where you are signed in
session-this = this browser
session-since = since
session-seen = last seen
session-end = End
sessions-end = End all other sessions
data-download = Download everything that is kept about you
deletion-title = Delete your account
deletion-about = Your account is deleted 24 hours after you ask for it. Until then you can change your mind. Your username is not given to anybody else.
deletion-comments = What you have written
deletion-keep = stays, under “deleted account”
deletion-drop = is deleted too
deletion-button = Delete my account
deletion-due = Your account will be deleted at
deletion-undo = Keep my account
origin-title = Please confirm
origin-about = Your browser did not tell us which page this came from. If it was you, go on.
origin-button = Yes, that was me

## Mails about accounts
mail-hello = Hello,
mail-day = The link works for 24 hours.
mail-hour = The link works for one hour.
mail-not-you = If this wasn’t you, you need do nothing.
mail-sign-up-subject = Your account with { $site }
mail-sign-up = somebody, probably you, wants to create an account with { $site } for this address. To go on, follow this link:
mail-known-subject = You have an account with { $site }
mail-known = somebody, probably you, wanted to create an account with { $site } for this address. It has one already. Sign in here:
mail-known-reset = If you don’t know your password any more, set a new one here:
mail-reset-subject = A new password for { $site }
mail-reset = somebody, probably you, wants to set a new password for your account with { $site }. To do so, follow this link:
mail-email-subject = Confirm your address for { $site }
mail-email = somebody, probably you, wants to use this address for an account with { $site }. To confirm it, follow this link in the browser that you are signed in with:
