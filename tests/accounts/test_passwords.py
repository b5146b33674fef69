import pytest
from django.core.exceptions import ValidationError

from accounts.passwords import HotlineWordsValidator, random_password


def test_first_passwords_are_random_and_readable():
    passwords = {random_password() for _number in range(200)}

    assert len(passwords) == 200
    assert all(len(password) == 19 and not set(password) & set("01ilo") for password in passwords)
    for password in passwords:
        HotlineWordsValidator().validate(password)


@pytest.mark.parametrize(
    "password",
    [
        "123451234512345",
        "hotline12345hotline",
        "热线12345热线12345",
        "HOTLINE-12345-96120",
        "aaaaaaaaaaaaaaaa",
        "１２３４５hotline12",
        "x" * 129,
    ],
)
def test_words_of_this_place_make_no_password(password):
    with pytest.raises(ValidationError):
        HotlineWordsValidator().validate(password)


@pytest.mark.parametrize("password", ["a-long-and-private-word-92", "热线之外的一句很长很长的话", "k" * 3 + "Lq7#vB2!xZ" * 6])
def test_a_sentence_of_ones_own_does(password):
    HotlineWordsValidator().validate(password)
