"""The pages of downloads and licenses and of publishers, and where in the portal they stand."""

from portal.downloads import files as download_files
from portal.downloads import log_routes as download_log
from portal.downloads import routes as downloads
from portal.downloads import signed as download_manifests
from portal.license_intake import activating as license_activation
from portal.license_intake import routes as license_imports
from portal.licenses import assigning as license_assignments
from portal.licenses import entitlements
from portal.licenses import file_routes as license_files
from portal.licenses import papers as license_papers
from portal.licenses import routes as licenses
from portal.licenses import staffing as license_terms
from portal.licenses import together_routes as license_seats
from portal.news import date_routes as end_dates
from portal.news import feed_routes as news_feeds
from portal.news import routes as news
from portal.publishing import document_routes as publishing_documents
from portal.publishing import fate_routes as publishing_fates
from portal.publishing import files as publishing_files
from portal.publishing import preview as publishing_preview
from portal.publishing import routes as publishing
from portal.publishing import terms_routes as publishing_terms

SOFTWARE = [
    ("/desk/publish", publishing.bp),
    ("/desk/publish", publishing_fates.bp),
    ("/desk/publish", publishing_preview.bp),
    ("/desk/publish", publishing_documents.bp),
    ("/desk/publish", publishing_terms.bp),
    ("/desk/publish/files", publishing_files.bp),
    ("/downloads", downloads.bp),
    ("/downloads/log", download_log.bp),
    ("/downloads", download_files.bp),
    ("/downloads", download_manifests.bp),
    ("/downloads", end_dates.bp),
    ("/downloads", news_feeds.bp),
    ("/downloads/following", news.bp),
    ("/licenses", licenses.bp),
    ("/licenses/assignments", license_assignments.bp),
    *(("/licenses", it.bp) for it in (license_papers, license_seats, license_terms)),
    ("/licenses", license_papers.files_bp),
    *(("/licenses", it.bp) for it in (license_files, entitlements, license_activation)),
    ("/licenses/import", license_imports.bp),
]
