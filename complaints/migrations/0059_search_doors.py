from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('complaints', '0058_regions_of_addresses'),
    ]

    operations = [
        migrations.AlterField(
            model_name='personsearch',
            name='door',
            field=models.CharField(choices=[('queue', '案件列表'), ('archive', '档案'), ('search', '搜索案件'), ('panel', '搜索框'), ('full_text', '全文检索'), ('api', '程序接口'), ('intake', '来电登记'), ('registered', '登记后'), ('readers', '阅读记录')], max_length=12),
        ),
    ]
