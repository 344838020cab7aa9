import sqlalchemy


def test_store_url__both_engines__answers(store_url):
    engine = sqlalchemy.create_engine(store_url)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("select 1").scalar() == 1
    engine.dispose()
