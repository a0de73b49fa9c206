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
most-read = Most read
most-commented = Most commented
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
videos = Videos
video-play = Play video
video-from = Played from { $host }, which learns that you watch it.
video-captions = Captions
video-file = Play the file ({ $megabytes } MB)
video-transcript = Transcript
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

## Comments
card-comments = { $count ->
    [one] { $count } comment
   *[other] { $count } comments
}
comments-count = { $count ->
    [0] Comments
    [one] { $count } comment
   *[other] { $count } comments
}
comments-closed = Comments have been closed for this story.
comments-mode-pre = Comments are read by a moderator before they appear.
comments-mode-post = Comments appear at once and are read by a moderator soon after.
comments-mode-reactive = Comments appear at once and are read by a moderator if somebody reports them.
comments-policy = Comments policy
comments-close = Open until
comments-sign-in = Sign in to comment
comments-order = Order of comments
comments-newest = Newest first
comments-oldest = Oldest first
comments-liked = Most liked first
comments-whole = All comments
comments-next = More comments
comments-earlier = Earlier in this conversation
comments-more-answers = { $count ->
    [one] { $count } more answer
   *[other] { $count } more answers
}
comments-new-one = Show 1 new comment
comments-new-many = Show # new comments
comments-own = Your comments here
comment-nobody = Deleted account
comment-guest = Guest
comment-muted = You muted the writer of this comment.
mute = Mute
mute-about = You will no longer see this person's comments. Nobody is told.
unmute = Show their comments again
mutes = People you muted
comment-edited = (changed)
comment-featured = Picked by the editors
comment-in-reply = In reply to { $name }
comment-in-reply-gone = In reply to a comment that is gone
comment-like = Like
comment-unlike = Take it back
comment-reply = Reply
comment-report = Report
comment-appeal = Appeal
comment-edit = Change
comment-delete = Delete
comment-gone-author = This comment was deleted by its writer.
comment-gone-account = This comment went with its writer's account.
comment-gone-moderator = This comment was removed because it didn't abide by our comments policy.
comment-gone-waits = This comment is being looked at by a moderator.
comment-state-published = Published
comment-state-pending = Waiting for a moderator, as all comments here do
comment-state-held = Waiting for a moderator
comment-state-rejected = Not published, because of our comments policy
comment-state-deleted = Deleted
comment-reason = Reason:
comment-as = Comment as
comment-text = Your comment
comment-hint = Up to 5,000 characters. An empty line begins a paragraph; a line that begins with > is a quote.
comment-send = Post comment
comment-save = Save the change
comment-write = Write a comment
comment-reply-title = Reply to a comment
comment-edit-title = Change your comment
comment-delete-title = Delete your comment
comment-delete-about = It will no longer be shown. Answers to it stay.
comment-choose-username = Choose a username to comment
comment-verify = Confirm your e-mail address to comment.
comment-not-ready = Choose a username before your first comment. What you wrote is still here.
comment-suspended = You can't comment until { $until }.
comment-banned = You can't comment any more.
comment-too-fast = That was quick. Please wait { $seconds } seconds and send it again.
comment-day-full = New readers can write ten comments on their first day. Please come back tomorrow.
comment-no-parent = The comment that you answer is no longer there.
comment-failed = Your comment could not be taken. Please send it again.
comment-text-empty = Write something first.
comment-text-long = A comment has at most 5,000 characters; this one has { $count }.
comment-edit-late = A comment can be changed for five minutes after it was written.
comment-edit-answered = Somebody answered this comment, so it can't be changed any more.
comment-edit-reported = Somebody reported this comment, so it can't be changed until that is decided.
comment-edit-gone = This comment is no longer shown, so it can't be changed.
profile-comments = Comments
profile-comments-older = Older comments
badge-author = Author of this story
policy-intro = Readers of { $site } are welcome to comment on its stories, under a name of their own and within these rules.
policy-modes = How comments are read by moderators
policy-mode-pre = Read before: comments appear once a moderator has read them.
policy-mode-post = Read after: comments appear at once, and a moderator reads them soon after.
policy-mode-reactive = Read on request: comments appear at once, and a moderator reads those that readers report.
policy-mode-closed = Closed: what was written can be read, and nothing new is taken.
policy-mode-off = Off: there are no comments.
policy-usual = This is usual here.
policy-closing = { $count ->
    [one] Comments close one day after a story was published, unless the story says otherwise.
   *[other] Comments close { $count } days after a story was published, unless the story says otherwise.
}
policy-no-closing = Comments stay open, unless a story says otherwise.
policy-checks = What is checked
policy-length = A comment has at most { $count } characters.
policy-rate = One comment in { $seconds } seconds; { $burst } may come at once.
policy-first = The first { $count } comments of somebody, and all of their first { $hours } hours, are read by a moderator before they appear.
policy-links = { $count ->
    [0] Comments with links are read by a moderator before they appear.
    [one] Comments with more than one link are read by a moderator before they appear.
   *[other] Comments with more than { $count } links are read by a moderator before they appear.
}
policy-words = Some words are not printed, and comments with some others are read by a moderator first.
policy-edit = A comment can be changed for { $count } minutes, until somebody answers or reports it. It can always be deleted.
policy-humans = Programs only decide what is read first, and refuse words that are never printed. Everything else is decided by people, who give a reason.

report-title = Report this comment
report-own = This is your own comment.
report-why = What is wrong with it?
report-note = Anything else we should know (up to 500 characters)
report-illegal-more = For illegal content: the law, and why it is broken
report-law = Which law
report-explanation = Why it is broken
report-good-faith = I believe in good faith that what I say here is right and complete.
report-about = You need no account. The writer is not told who you are. You get an address where you can see what became of it.
report-send = Send the report
report-wrong-reason = Choose what is wrong with it.
report-wrong-notice = Say why it breaks the law, and that you say so in good faith.
report-personal-abuse = Personal abuse
report-hate = Hate
report-threats = Threats
report-off-topic = Off topic
report-spam = Spam
report-legal = Legal issue
report-copyright = Copyright
report-false-personality = Pretends to be somebody
report-illegal-content = Illegal content
report-other = Something else
case-title = Your report
case-waits = A moderator will look at it.
case-upheld = The comment was removed. Thank you.
case-dismissed = A moderator looked at it and left the comment.
case-keep = Keep this page's address to see what becomes of it.
case-again = You reported this comment before. It is being looked at.
case-comment = The comment
appeal-title = Appeal against a decision
appeal-about = Somebody who didn't decide before will look at it again. You can appeal once.
appeal-why = Why should it be published?
appeal-send = Send the appeal
appeal-waits = Somebody else will look at it.
appeal-granted = The decision was changed: your comment is published.
appeal-refused = The decision stays.

## Review desk
review-title = Review desk
review-sites = Sites
review-all-sites = All sites
review-queues = Queues
review-queue-held = Held
review-queue-pending = Pending
review-queue-reported = Reported
review-queue-new = New
review-queue-escalated = Escalated
review-queue-appealed = Appeals
review-queue-decided = Decided
review-no-account = without an account
review-appeal = The writer appeals:
review-keys = Keys: j and k move, a approves, r chooses a reason (Enter rejects), e escalates, b suspends, u undoes, x chooses.
review-empty = Nothing waits here.
review-more = There is more behind these.
review-done = Done.
review-taken = Somebody else decided on some of these meanwhile.
review-failed = The decision did not arrive. Please try again.
review-suspended = The person was told and can't comment for that time.
review-choose = Choose
review-history = { $accepted } accepted; { $refused } of { $decided } refused in the last seven days
review-context = What it answers
review-claimed = Somebody else is looking at this one.
review-approve = Approve
review-reject = Reject
review-escalate = Escalate
review-undo = Undo
review-feature = Put forward
review-unfeature = Put back
review-reason = Reason
review-note = Note to the writer
review-approve-chosen = Approve the chosen ones
review-reject-chosen = Reject the chosen ones
review-suspend = Suspend
review-span = For
review-where = Where
review-message = Message to the person
span-1h = one hour
span-3h = three hours
span-24h = a day
span-7d = a week
span-30d = thirty days
span-ban = good
rule-banned-words = Banned words
rule-suspect-words = Suspect words
rule-links = Links
rule-repeat = The same text within a day
rule-first-comments = One of the first comments
rule-new-account = New reader
rule-refused = Much was refused lately
reason-abusive = Personal abuse
reason-offensive = Offensive
reason-hate = Hate
reason-harassment = Harassment
reason-off-topic = Off topic
reason-spam = Spam
reason-advertising = Advertising
reason-banned-words = Words that we don't print
reason-misinformation = Misinformation
reason-illegal = Illegal content
reason-copyright = Copyright
reason-false-personality = False personality
reason-other = Other
review-contributions = Contributions
review-contribution-title = A contribution
review-contribution-queue-waiting = To be read
review-contribution-queue-ready = To be published
review-contribution-queue-author = With their authors
review-contribution-queue-decided = Decided
review-contribution-words = { $count ->
    [one] { $count } word
   *[other] { $count } words
 }
review-contribution-others = { $count ->
    [0] nothing published before
    [one] { $count } published before
   *[other] { $count } published before
 }
review-contribution-terms = terms { $version }
review-contribution-claimed-by = { $name } is working on it until
review-contribution-claim = Work on it
review-contribution-leave = Let go of it
review-contribution-until = Yours until
review-contribution-edit = Save edits
review-contribution-message = Message to the author
review-contribution-message-sent = Last message to the author
review-contribution-answer = What the author says
review-contribution-accept = Accept
review-contribution-accept-edited = Accept with edits
review-contribution-request-changes = Ask for changes
review-contribution-decline = Decline
review-contribution-near = The archive has pictures that look like this one:
review-contribution-near-one = A picture of the archive that differs in { $distance } of 64 bits
review-contribution-into = Into a story that is there (its address), instead of a gallery
review-contribution-call-outs = Call-outs
review-contribution-publish = Publish
review-contribution-not-here = Not here
review-contribution-standfirst = Standfirst
review-contribution-at = When (empty: now)
review-contribution-history = History
review-act-contribution-submitted = Sent
review-act-contribution-claimed = Taken to work on
review-act-contribution-left = Let go of
review-act-contribution-edited = Edited
review-act-contribution-accepted = Accepted
review-act-contribution-changes-requested = Changes asked for
review-act-contribution-declined = Declined
review-act-contribution-consented = Author agreed to the edits
review-act-contribution-objected = Author did not agree to the edits
review-act-contribution-withdrawn = Taken back
review-act-contribution-published = Published
review-act-contribution-passed = Time passed

## Notices
notices = Notices
notices-about = What you follow, answers to your comments, and how you are told
notices-new = { $count ->
    [one] { $count } new notice
   *[other] { $count } new notices
}
notices-none = Nobody has answered you yet.
notice-reply = { $name } answered your comment
notice-approved = Your comment was published
notice-rejected = Your comment was not published
notices-seen = Mark all as read
notices-mails = By mail
notices-mails-on = What you haven't seen here after a few minutes comes by mail as well.
notices-mails-stop = Send me no mails
notices-stop-title = No more mails
notices-stop-answers = We will no longer write to you when somebody answers you or decides on a comment of yours.
notices-stopped = Done. You will get no more of these mails.
mail-notices-subject = About your comments at { $site }
mail-notices = this happened to your comments at { $site }:
mail-notices-all = All of it, and what was decided before:
mail-notices-stop = To get no more of these mails:
notices-stop-follows = We will no longer write to you about what you follow. You can still see and change it in your account.
notices-done-saved = Saved.
notices-done-stopped = Done. You follow nothing any more, and nothing that waited will be sent.
follow = Follow
follow-button = Follow by notices
follow-topic = Be told of new stories about { $name }.
follow-author = Be told of new stories by { $name }.
follow-breaking = Be told of breaking news.
follow-alerts = Be told of traffic and emergency alerts for your place.
follow-offer-breaking = Follow breaking news of { $site }
follow-offer-alerts = Follow alerts for my place
follows = What you follow
follows-none = Nothing yet. Pages of topics and authors have a button for it.
follows-no-address = No mail can reach you until you have confirmed an address:
follows-kind-topic = Topic
follows-kind-author = Author
follows-kind-breaking = Breaking news
follows-kind-alerts = Traffic and emergency alerts
follows-place = Your place:
follows-no-place = You have not chosen a place for alerts yet.
follows-now = At once
follows-digest = Digest
follows-off = No mails
follows-drop = Stop following
follows-daily = Every day
follows-weekly = On Mondays
follows-hour = At, by the site’s clock
follows-quiet = Quiet hours
follows-quiet-from = From
follows-quiet-to = Until
follows-quiet-none = None
follows-quiet-wrong = Choose two different hours, or none for both.
follows-breaking-wakes = Breaking news comes in quiet hours too
follows-extreme-wakes = By the clock of the place you chose, else the site’s. What comes meanwhile is put together when they are over. Alerts of extreme danger for your place always come at once.
follows-comments = Your comments
follows-bounds = You get at most 12 of these mails a day; the rest waits for the digest.
follows-stop-all = Stop everything
mail-follows-subject = { $count ->
    [one] { $count } piece of news from { $site }
   *[other] { $count } pieces of news from { $site }
}
mail-follows = this is new at { $site } of what you follow:
mail-follows-story = { $title }
mail-follows-breaking = Breaking news: { $title }
mail-follows-alert = Alert: { $title }
mail-follows-more = { $count ->
    [one] And { $count } more.
   *[other] And { $count } more.
}
mail-follows-settings = What you follow, and when you are told:

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
sign-in-with = Sign in with { $provider }
link-title = You have an account
link-about = There is an account with the e-mail address that { $provider } told us. Show once that it is yours; from then on { $provider } signs you in to it.
link-do = Link and sign in
link-none = This account has no password. Sign in to it as you did before, or set a password by mail.
link-other = Sign in another way
provider-failed = We could not learn who you are from there. Please try again, or sign in another way.
provider-refused = You were not signed in there, so you are not signed in here either.
provider-taken = This identity is linked to another account.
provider-last = Set a password or prove your e-mail address first: otherwise you could not sign in any more.
providers = Other ways to sign in
provider-link = Link { $provider }
provider-unlink = Unlink
account-done-provider = Linked. You can sign in that way from now on.
account-done-no-provider = Unlinked.
passkeys = Passkeys
passkeys-about = A passkey signs you in with your fingerprint, your face or your device’s PIN instead of a password. It stays on your device or in your password manager; we never see it.
passkeys-count = { $count ->
    [0] None
    [one] One
   *[other] { $count }
}
passkeys-many = An account can have 20 passkeys. Remove one that you no longer use.
passkey-sign-in = Sign in with a passkey
passkey-use = Use a passkey
passkey-add = Add a passkey
passkey-remove = Remove
passkey-name = Name
passkey-name-hint = So that you know it again, such as “My phone”.
passkey-script = To add a passkey, your browser has to run scripts.
passkey-failed = The passkey was not taken. Please try again, or use another way.
account-done-passkey = The passkey is added. You can sign in with it from now on.
account-done-no-passkey = The passkey is removed.
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
sudo-mail = Mail me a code
sudo-sent = We have sent a mail with a code to your address. It works for ten minutes.
sudo-provider = Sign in with { $provider } again
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
mail-sudo-subject = Your code for { $site }
mail-sudo = somebody, probably you, wants to change something important in your account with { $site }. To go on, type this code:
mail-sudo-minutes = The code works for ten minutes.
mail-sudo-not-you = If this wasn’t you, somebody is using a browser in which you are signed in: end its session in your account.

## Contributions
send-stories = Send us your stories
send-pictures = Send us your pictures
reader-story = Reader story
your-stories = Your stories
your-stories-about = What readers of { $site } wrote and photographed.
profile-contributions = Stories and pictures
contributions = Your contributions
contribute-story = Send us your story
contribute-story-about = We encourage commentary; contributions of { $fewest } words or more will be considered for publication. Nothing is shown before an editor has read it.
contribute-headline = Headline
contribute-text = Your story
contribute-text-hint = An empty line begins a paragraph; a line that begins with > is a quote. Addresses that begin with https:// become links.
contribute-words = { $count ->
    [one] { $count } word of { $fewest }
   *[other] { $count } words of { $fewest }
 }
contribute-words-script = # words of #
contribute-saved = Your draft is saved.
contribute-save-failed = Your draft could not be saved just now. Keep this page open.
contribute-send = Send it
contribute-send-again = Send it again
contribute-save = Save draft
contribute-discard = Throw the draft away
contribute-review = You can follow what becomes of it in your account:
contribute-terms-2026-1 = I wrote or photographed this myself. It may be published on all sites of this network, edited with my consent, for as long as it stays online. The rights stay with me. (Terms 2026-1)
contribute-name-first = Contributions appear under a username. Yours is asked for before you can send something; what you write is saved.
contribute-verify-first = Before you can send something, confirm your e-mail address:
contribute-not-verified = Confirm your e-mail address before you send something. What you wrote is saved.
contribute-not-named = Choose a username before you send something. What you wrote is saved.
contribute-suspended = You can’t send us anything for now.
contribute-text-no-title = Give it a headline.
contribute-text-long-title = The headline has { $count } characters; at most 150 fit.
contribute-text-long = The text has { $count } characters; at most 30,000 fit.
contribute-text-few-words = { $count ->
    [one] Your story has { $count } word. At least 200 are needed.
   *[other] Your story has { $count } words. At least 200 are needed.
 }
contribute-too-many = Three of your contributions are with our editors already. Your draft is saved; send it when one of them is decided on.
contribute-no-terms = Please agree to the terms.
contribute-no-message = Write a message of at most 2,000 characters.
contribute-no-reason = Choose a reason.
contribute-no-place = Choose a section.
contribute-no-time = Write the time as year, month, day, hour and minute.
contribute-claimed = Somebody else is working on it.
contribute-changed = It changed meanwhile. This is how it stands now.
contribute-pictures = Send us your pictures
contribute-pictures-about = Up to { $most } pictures at a time. Nothing is shown before an editor has looked at it.
contribute-pictures-safe = Please don’t put yourself or others in danger for a picture.
contribute-pictures-title = What do your pictures show?
contribute-pictures-text = What should we know about them?
contribute-pictures-files = Add pictures (JPEG, PNG, WebP or GIF, up to { $megabytes } MB each)
contribute-pictures-metadata = The place and whatever else a camera writes into a file is left out of every copy that readers get.
contribute-pictures-own = I took these pictures, and whoever can be recognised in them agrees that they are published.
contribute-pictures-save = Add and save
contribute-pictures-many = Twenty pictures are as many as go together.
contribute-pictures-none = Add at least one picture.
contribute-no-caption = Say of each picture what it shows.
contribute-picture-large = This file is too large.
contribute-picture-none = This file is no picture that we can show. JPEG, PNG, WebP and GIF are.
contribute-picture-damaged = This picture is damaged.
contribute-upload-failed = The picture could not be sent. Try again.
contribute-caption = What it shows
contribute-place = Where it was taken
contribute-date = When it was taken
contribute-remove = Take it out
call-out-closed = This call is closed. Thank you to everybody who took part.
contribution-title = Your contribution
contribution-kind-story = Story
contribution-kind-pictures = Pictures
contribution-state-draft = Draft
contribution-state-submitted = Sent
contribution-state-claimed = Being read
contribution-state-changes-requested = Changes asked for
contribution-state-resubmitted = Sent again
contribution-state-accepted = Accepted with edits
contribution-state-agreed = Accepted
contribution-state-scheduled = Scheduled
contribution-state-published = Published
contribution-state-declined = Not taken
contribution-state-withdrawn = Taken back
contribution-state-expired = Ended
contribution-about-submitted = It waits for an editor to read it.
contribution-about-claimed = An editor is reading it.
contribution-about-changes-requested = An editor asks you to change something. Send it again when you have.
contribution-about-resubmitted = It waits for an editor to read it again.
contribution-about-accepted = We would like to publish it with the edits below. Nothing is published before you agree.
contribution-about-agreed = It will be published soon.
contribution-about-scheduled = It has been given a time.
contribution-about-published = Readers can see it.
contribution-about-declined = Thank you for sending it. We are not going to publish it.
contribution-about-withdrawn = You took it back. Nobody else can see it.
contribution-about-expired = Nothing happened to it for 30 days. You are welcome to send it again.
contribution-done-sent = Thank you. It is with our editors now.
contribution-done-agreed = Thank you. It can be published now.
contribution-done-objected = Our editors will read what you say.
contribution-done-saved = Your draft is saved.
contribution-publish = To be published
contribution-read = Read it
contribution-message = What our editors say
contribution-edits = Edits
contribution-edits-hint = Struck through: taken out. Underlined: put in.
contribution-consent = I agree to the edits
contribution-object-why = What is wrong with the edits?
contribution-object = I don’t agree
contribution-answer = A word to the editors
contribution-withdraw = Take it back
decline-unsuited = It doesn’t fit what we publish.
decline-known = We have reported on this already.
decline-unverified = We could not check what it says.
decline-rights = It isn’t clear that all of it is yours.
decline-advertising = It advertises something.
decline-rules = It doesn’t abide by our rules.

## Mails about contributions
mail-contribution-subject-changes-requested = Please look at “{ $title }” again
mail-contribution-subject-accepted = We would like to publish “{ $title }”
mail-contribution-subject-agreed = We are going to publish “{ $title }”
mail-contribution-subject-scheduled = “{ $title }” will be published
mail-contribution-subject-published = “{ $title }” is published
mail-contribution-subject-declined = “{ $title }” was not taken
mail-contribution-subject-expired = “{ $title }” has ended
mail-contribution-changes-requested = an editor of { $site } read “{ $title }” and asks you to change something:
mail-contribution-accepted = { $site } would like to publish “{ $title }” with some edits. Please look at them and say whether you agree:
mail-contribution-agreed = { $site } accepted “{ $title }”. It will be published soon:
mail-contribution-scheduled = { $site } has given “{ $title }” a time of publication:
mail-contribution-published = { $site } published “{ $title }”. Thank you! You find it here:
mail-contribution-declined = thank you for sending “{ $title }” to { $site }. We are not going to publish it:
mail-contribution-expired = nothing happened to “{ $title }” at { $site } for 30 days, so that it ended. You are welcome to send it again:

## Alerts
alerts = Alerts
alerts-all = All alerts
alerts-about = What authorities and operators warn of now, gathered by { $site }.
alerts-traffic = Traffic alerts
alerts-traffic-about = Closures, works and delays on roads and rails, gathered by { $site }.
alerts-near = Alerts near { $place }
alerts-traffic-near = Traffic alerts near { $place }
alerts-place = Near a town
alerts-place-show = Show
alerts-everywhere = Everywhere
alerts-no-place = There is no place called “{ $name }”. All alerts are shown.
alerts-none = There are no alerts at the moment.
alerts-none-near = No alerts near { $place } at the moment.
alerts-first = Worst first
alerts-more = More alerts
alerts-sources = Where these alerts come from
alerts-silent = no data yet
alerts-silent-since = no data since
alerts-map = Map of where the alerts hold. The list says the same in words.
alerts-map-credit = Towns: GeoNames, CC BY 4.0
alerts-from = From
alerts-until = Until
alerts-sent = Sent
alerts-do = What to do
alerts-where = Where
alerts-more-areas = { $count ->
    [one] and { $count } more area
   *[other] and { $count } more areas
}
alerts-urgency = How soon
alerts-certainty = How sure
alerts-web = More from the sender
alert-over-canceled = This alert was taken back by its sender.
alert-over-replaced = This alert was replaced by a newer one.
alert-over-expired = This alert is over.
severity-extreme = Extreme danger
severity-severe = Severe
severity-moderate = Moderate
severity-minor = Minor
severity-unknown = Not rated
urgency-immediate = Act at once
urgency-expected = Within the hour
urgency-future = Soon
urgency-past = No longer
certainty-observed = It is happening
certainty-likely = Likely
certainty-possible = Possible
certainty-unlikely = Unlikely
listings = Listings
listings-about = Property, jobs, vehicles and what’s on, from { $site }
listings-property = Property
listings-jobs = Jobs
listings-motoring = Motoring
listings-whats-on = What’s on
listings-about-property = Homes and land to let and for sale, from { $site }
listings-about-jobs = Work in the region, from { $site }
listings-about-motoring = Cars and other vehicles for sale, from { $site }
listings-about-whats-on = What happens when and where, from { $site }
listings-send = Send a listing
listings-words = Words to look for
listings-min = Price from
listings-max = Price up to
listings-none = Nothing is listed here at the moment.
listings-none-near = No listings near { $place } at the moment.
listings-none-such = No listing is like that. Try fewer words or a wider span.
listings-first = From the beginning
listings-sources = Sources
listings-silent = No data since
listings-never = No data yet
listings-as-of = As of
listings-from = From { $provider }
listings-original = See it at { $provider }
listings-when = When
listings-where = Where
listings-who = By
listings-kind = Kind
listings-price = Price
listings-contact = Contact
listings-until = Shown until
listings-other-dates = Other dates
listings-more-dates = { $count ->
    [one] and another date
   *[other] and { $count } other dates
 }
listings-near = From near to far of { $place }.
listings-everywhere = Show all of them
listings-distance = { $count ->
   *[other] { $count } km away
 }
listing-about = What you send is shown to readers once the desk has looked at it. It is free.
listing-sent = Thank you. The desk looks at it before readers see it; what it decides is shown below.
listing-category = What is it?
listing-choose = Choose
listing-title = Title
listing-text = Text
listing-locality = Town
listing-venue = Hall or street, if it helps
listing-dates = Date and time, for what’s on
listing-starts = It begins
listing-ends = It ends
listing-price = Amount
listing-currency = Currency (three letters)
listing-contact = How people can answer
listing-contact-hint = Everybody sees this: a telephone number or an e-mail address.
listing-own = Your listings
listing-state-waiting = with the desk
listing-state-shown = shown
listing-state-refused = not shown
listing-reason-unclear = it is not clear what is offered
listing-reason-known = it is listed already
listing-reason-rules = it breaks the rules of listings
listing-reason-unverified = what it says could not be verified
listing-reason-over = it is over
listing-wrong-category = Choose what it is.
listing-wrong-title = Write a title of at most 150 characters.
listing-wrong-text = Write a text of at most 3,000 characters.
listing-wrong-price = Write an amount, such as 250, and the three letters of its currency, such as EUR.
listing-wrong-contact = Say how people can answer.
listing-wrong-place = Say in which town it is.
listing-wrong-dates = Give a beginning that lies ahead, and an end after it.
listing-wrong-waiting = Five of your listings wait for the desk already. Please wait until it has looked at them.
## Mistakes in stories
mistake-report = Report a mistake in this story
mistake-title = A mistake in a story
mistake-about = Tell the story’s editors what is wrong. They read every report; what they put right stands as a correction on the story.
mistake-what = What is wrong?
mistake-hint = Say what the story says, and what is right. If you know where that can be looked up, tell us.
mistake-wrong = Please say what is wrong, in 10 to 1,000 characters.
mistake-send = Send to the editors
mistake-again = You reported this version of the story before. The editors have it.
mistake-waits = The editors have your report.
mistake-corrected = The story was corrected. Thank you.
mistake-stands = The editors looked at it; the story stands as it is.
report-mistake = Is something wrong in the story, and not in this comment?
mail-mistakes-subject = Readers report a mistake in “{ $title }”
mail-mistakes = readers say that something is wrong in “{ $title }”:
mail-mistakes-desk = Answer with a correction, or say that it stands:

## Live stories
live = Live
live-entries = Latest entries
live-since = Live since
live-ended = Live coverage ended
live-keys = Key moments
live-key = Key moment
live-pinned = Pinned
live-edited = Edited
live-older = Older entries
live-first = Newest entries
live-none = No entries yet.
live-new-one = 1 new entry. Show it
live-new-many = # new entries. Show them
# Places
locations = Your places
locations-about = Choose a place for each part of the page, and press Submit. It is shown on every site of this network.
locations-choose = Choose your place for local news and more
locations-saved = Your places are kept.
locations-wrong = Not every name could be found. Nothing was changed yet.
locations-name = Town, region or country
locations-unknown = There is no place of this name. Try another spelling, or a larger town nearby.
locations-which = Which one is meant?
locations-here = Use my location
locations-here-about = Your browser rounds your position to some ten kilometres before it asks for the nearest town. It is kept nowhere.
locations-here-failed = Your browser did not say where you are. Please type a name.
locations-all = Use this place for everything
locations-submit = Submit
locations-kept-account = They are kept with your account.
locations-kept-browser = They are kept in this browser, in a cookie that holds nothing else.
locations-kept-here = This site shares no cookie with the others: choose there again, or sign in.
locations-credit = Places:
component-local-news = Local news
component-weather = Weather
component-alerts = Alerts
component-listings = Listings
place-edit = edit
place-about = News from { $name } and around on { $site }, from near to far.
place-nothing = Nothing from { $name } or around it yet.
place-ring-here = { $name }
place-ring-around = Around { $name }
place-ring-province = { $name }
place-ring-country = { $name }
partner-leave = On to our partner
partner-go = Go on to { $partner }
partner-over = This offer is over.

# Weather
weather-title = Weather in { $place }
weather-waiting = No forecast has come yet. Please look again in a few minutes.
weather-since = No data since
weather-now = Now
weather-hours = Hour by hour
weather-days = The next days
weather-hour = Hour
weather-sky = Sky
weather-temperature = Temperature (°C)
weather-rain = Rain or snow
weather-wind = Wind
weather-humidity = Humidity
weather-speed = { $speed } km/h
weather-mm = { $sum } mm
weather-chart = Temperature of the next two days, between { $low } and { $high }
weather-credit-met = Forecast: MET Norway (CC BY 4.0)
weather-credit-open-meteo = Forecast: Open-Meteo (CC BY 4.0)
weather-credit-demo = Demonstration data: no real forecast
sky-clear = Clear
sky-fair = Mostly clear
sky-partly-cloudy = Partly cloudy
sky-cloudy = Cloudy
sky-fog = Fog
sky-light-rain = Light rain
sky-rain = Rain
sky-heavy-rain = Heavy rain
sky-sleet = Sleet
sky-snow = Snow
sky-thunder = Thunderstorm
wind-n = from the north
wind-ne = from the north-east
wind-e = from the east
wind-se = from the south-east
wind-s = from the south
wind-sw = from the south-west
wind-w = from the west
wind-nw = from the north-west

# Breaking news on a reader's device.
push = Breaking news on this device
push-about = { $site } can tell this device of breaking news at once, also while its pages are closed. You need no account.
push-button = Tell me of breaking news
push-on = This device is told.
push-none = This browser can't be told, or script is off. Feeds and mails tell you too.
push-denied = The browser doesn't let this site show notifications. You can change that in its settings for this site.
push-failed = That didn't work. Please try again later.
push-kept = We keep the address that your browser gives us for this, and nothing about you. The same button ends it, and then we forget the address.
push-breaking = Breaking news from { $site }
