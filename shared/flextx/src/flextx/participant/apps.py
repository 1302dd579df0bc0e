from django.apps import AppConfig


class ParticipantConfig(AppConfig):
    name = "flextx.participant"
    label = "flextx_participant"
