"""What is left of a masked number leaves the words by which cases are found."""

from django.db import migrations

from complaints.finding.terms import vector as passage_vector
from complaints.search import without_numbers
from config.bigrams import vector

WORDS = ("number", "title", "narrative", "product_name", "order_number", "external_reference", "source")


def make_again(apps, schema_editor):
    complaints = apps.get_model("complaints", "Complaint").objects.filter(narrative__contains="***")
    documents = apps.get_model("complaints", "SearchDocument").objects
    for row in complaints.values("pk", *WORDS).iterator():
        text = without_numbers("\n".join(row[name] for name in WORDS))
        documents.filter(pk=row["pk"]).update(words=vector(text))
    passages = apps.get_model("complaints", "Passage").objects
    for pk, text in passages.filter(text__contains="***").values_list("pk", "text").iterator():
        passages.filter(pk=pk).update(words=passage_vector(text))


class Migration(migrations.Migration):
    dependencies = [("complaints", "0053_person_search")]

    operations = [migrations.RunPython(make_again, migrations.RunPython.noop)]
