"""What is asked for by name and not imported by whoever asks: known from the start.

Jobs and what lets go of old data by their names; what people are responsible for; what is kept
about a person, in the order in which it is told to them; what stands beside a device, a request or
a replacement on its page.
"""

# ruff: noqa: F401, I001 - they are imported for what they declare, and in the order they are told
from portal.accounts import jobs as accounts
from portal.activity import jobs as activity
from portal.cloud_partners import jobs as cloud_partners
from portal.customers import jobs as customers
from portal.downloads import taking as downloads_taken
from portal.escalations import jobs as escalations
from portal.incidents import jobs as incidents
from portal.invitations import jobs as invitations
from portal.license_intake import jobs as license_intake
from portal.licenses import following as licenses_following
from portal.licenses import jobs as licenses
from portal.licenses import telling as licenses_told
from portal.mail_intake import jobs as mail_intake
from portal.news import jobs as news
from portal.news import telling as news_told
from portal.notices import jobs as notices
from portal.partners import jobs as partners
from portal.passwords import jobs as passwords
from portal.personal_data import jobs as personal_data
from portal.product_imports import giving_up as imports_given_up
from portal.product_imports import jobs as product_imports
from portal.products import jobs as products
from portal.publishing import jobs as publishing
from portal.publishing import withdrawing as publishing_withdrawn
from portal.request_desk import jobs as request_desk
from portal.service_requests import desk_models
from portal.service_requests import holdings as requests_held
from portal.service_requests import jobs as service_requests
from portal.replacement_news import jobs as replacement_news
from portal.replacements import models as replacements
from portal.web import sms
from portal.carriers import jobs as carriers
from portal.returns import jobs as returned
from portal.liability import jobs as liability
from portal.liability import closing as liability_closing
from portal.dead_on_arrival import models as dead_on_arrival
from portal.replacements import waiting as replacements_waiting
from portal.sites import holdings
from portal.uploads import jobs as uploads

from portal.accounts import addresses
from portal.accounts import personal
from portal.factors import personal_data as factors_kept
from portal.single_sign_on import people as must_use_it
from portal.single_sign_on import personal_data as single_sign_on_kept
from portal.profile import personal_data as profile_kept
from portal.invitations import personal_data as invitations_kept
from portal.notices import personal_data as notices_kept
from portal.partners import personal_data as partners_kept
from portal.sites import personal_data as sites_kept
from portal.products import personal_data as products_kept
from portal.licenses import personal_data as licenses_kept
from portal.downloads import personal_data as downloads_kept
from portal.news import personal_data as news_kept
from portal.publishing import personal_data as publishing_kept
from portal.product_imports import personal_data as imports_kept
from portal.service_requests import personal_data as requests_kept
from portal.cloud_partners import personal_data as cloud_partners_kept
from portal.replacements import personal_data as replacements_kept
from portal.returns import personal_data as returns_kept
from portal.employees import personal_data as employees_kept
from portal.request_pages import personal_data as ratings_kept
from portal.mail_intake import personal_data as received_kept
from portal.uploads import personal_data as uploads_kept
from portal.activity import personal_data as activity_kept

from portal.cloud_partners import ending
from portal.known_issues import beside as beside_devices
from portal.licenses import of_device as licenses_of_device
from portal.replacements import of_device
from portal.request_opening import waiting
from portal.employees import beside as beside_orders
from portal.return_desk import beside as beside_replacements
from portal.tracking import beside as tracked
from portal.news import beside as followed

# Who must hand something over before they can leave: accounts are held first, then people.
from portal.users import personal_data as users_kept
from portal.staff import personal_data as staff_kept
