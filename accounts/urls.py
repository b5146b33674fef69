from django.urls import path

from accounts import views
from accounts.directory import views as directory

urlpatterns = [
    path("login/", views.login, name="login"),
    path("login/code/", views.login_code, name="login-code"),
    path("login/second-factor/", views.login_enrol, name="login-enrol"),
    path("login/password/", views.login_password, name="login-password"),
    path("logout/", views.log_out, name="logout"),
    path("language/", views.language, name="language"),
    path("account/", views.account, name="account"),
    path("account/password/", views.change_password, name="change-password"),
    path("account/sign-out-everywhere/", views.sign_out_everywhere, name="sign-out-everywhere"),
    path("account/second-factor/", views.enrol_second_factor, name="second-factor"),
    path("account/second-factor/begin/", views.begin_second_factor, name="begin-second-factor"),
    path("people/", directory.people, name="people"),
    path("people/new/", directory.new_person, name="new-person"),
    path("people/<int:person_id>/", directory.person, name="person"),
    path("people/<int:person_id>/grant/", directory.grant, name="grant-role"),
    path("people/<int:person_id>/revoke/<int:membership_id>/", directory.revoke, name="revoke-role"),
    path("people/<int:person_id>/reset-password/", directory.reset_password, name="reset-password"),
    path("people/<int:person_id>/switch/", directory.switch, name="switch-person"),
    path("people/<int:person_id>/remove-second-factor/", directory.remove_second_factor, name="remove-second-factor"),
    path("roster/", directory.roster, name="roster"),
    path("roster/add/", directory.add_shift, name="add-shift"),
    path("roster/<int:shift_id>/remove/", directory.remove_shift, name="remove-shift"),
]
