//! Every form of a function, called; types with SQLx's own `bind` and `query_scalar`.

use sqlx::types::chrono::{DateTime, NaiveDate};
use sqlx::types::{Decimal, JsonValue, Uuid};
use sqlx::PgPool;

use crate::plain::app;
use crate::plain::odd_schema::OddTable;
use crate::plain::public::*;
use crate::plain::wire::{Arg, Multirange, Range, ValueError, Vector};

pub(crate) async fn all(pool: &PgPool) {
    scalars(pool).await;
    rows(pool).await;
    optional(pool).await;
    types(pool).await;
    names(pool).await;
    procedures(pool).await;
    tables(pool).await;
    with_sqlx(pool).await;
    as_text(pool).await;
    by_position(pool).await;
    once(pool).await;
}

/// What has no type in Rust is text, also inside arrays and rows.
async fn as_text(pool: &PgPool) {
    let found = echo_vector(pool, "'a':1 'b'").await.unwrap();
    assert_eq!(found.as_deref(), Some("'a':1 'b'"));
    let vectors = [Some("'a'".to_owned()), None, Some("'b c':2".to_owned())];
    assert_eq!(
        echo_vectors(pool, &vectors[..]).await.unwrap().unwrap(),
        vectors
    );
    assert_eq!(
        words_of(pool, "x y").await.unwrap(),
        [Some("'x':1 'y':2".to_owned())]
    );
    let found = words_and(pool, "x").await.unwrap();
    assert_eq!(
        (found[0].w.as_deref(), found[0].n),
        (Some("'x':1"), Some(1))
    );
    // a row that has such a field is text as a whole, where it is one value
    let new = NewSearches {
        search: Some("('a':1,$1.50)".to_owned()),
        searches: Some(vec![Some("('b',)".to_owned()), None]),
        vectors: Some(vectors.to_vec()),
        ..NewSearches::new(1)
    };
    let made = new.clone().insert(pool).await.unwrap();
    assert_eq!((made.search, made.searches), (new.search, new.searches));
    assert_eq!((made.vectors, made.nobody), (new.vectors, None));
    let found = echo_search(pool, "('a',$1.00)").await.unwrap().unwrap();
    assert_eq!(found.words.as_deref(), Some("'a'"));
    assert_eq!(found.price.unwrap().0, 100);
    assert_eq!(echo_search(pool, None).await.unwrap(), None);
}

async fn by_position(pool: &PgPool) {
    let one = TwoUnnamedOptional {
        argument_1: 5.into(),
        ..Default::default()
    };
    assert_eq!(
        two_unnamed(pool, one).await.unwrap().as_deref(),
        Some("5,2")
    );
    let gap = TwoUnnamedOptional {
        argument_2: 5.into(),
        ..Default::default()
    };
    assert!(matches!(
        two_unnamed(pool, gap).await,
        Err(sqlx::Error::InvalidArgument(_))
    ));
    // without its second argument PostgreSQL could not tell it from the other one
    assert_eq!(
        ambiguous_int4_int4(pool, 1, 2).await.unwrap().as_deref(),
        Some("two")
    );
    let large: Decimal = "123456789.5".parse().unwrap();
    let error = overflow(pool, large).await.unwrap_err();
    assert_eq!(
        crate::reason(&error),
        "\"result\" OutOfRange(\"12345678950000000000000000000.0\")"
    );
    assert_eq!(
        crate::other::public::overflow(
            pool,
            &crate::other::wire::Number::Finite("0.5".parse().unwrap())
        )
        .await
        .unwrap(),
        Some(crate::other::wire::Number::Finite(
            "50000000000000000000".parse().unwrap()
        ))
    );
}

/// A function that gives a row is called once, however many fields it has.
async fn once(pool: &PgPool) {
    // where the configuration has a type for a field, the struct has it, and the row as one value is text
    let found = crate::other::public::counted_pair(pool)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((found.a, found.b), (Some(crate::Small(1)), Some(2)));
    let sum = crate::other::public::takes_pair(pool, "(1,2,3)", 4, Default::default());
    assert_eq!(sum.await.unwrap(), Some(5));
    let _ = sqlx::query("SET counted.calls = '0'")
        .execute(pool)
        .await
        .unwrap();
    let found = counted_pair(pool).await.unwrap().unwrap();
    assert_eq!((found.a, found.b, found.c), (Some(1), Some(2), Some(3)));
    let calls: String = sqlx::query_scalar("SELECT current_setting('counted.calls')")
        .fetch_one(pool)
        .await
        .unwrap();
    assert_eq!(calls, "1");
}

/// Tasks of a runtime with several threads take only what can be sent.
fn sent<T: Send>(future: T) -> T {
    future
}

async fn scalars(pool: &PgPool) {
    assert_eq!(sent(add(pool, 1, 2)).await.unwrap(), 3); // said to be not null
    assert_eq!(no_arguments(pool).await.unwrap().as_deref(), Some("none"));
    assert_eq!(maybe(pool, 0).await.unwrap(), None);
    assert_eq!(maybe(pool, 7).await.unwrap(), Some(7));
    assert_eq!(maybe(pool, None).await.unwrap(), None);
    nothing(pool, 1).await.unwrap();
    assert_eq!(
        set_of_scalars(pool, 3).await.unwrap(),
        [Some(1), Some(2), Some(3)]
    );
    assert_eq!(set_of_scalars(pool, 0).await.unwrap(), []);
    assert_eq!(
        set_of_nulls(pool).await.unwrap(),
        [Some("a".to_owned()), None]
    );
    assert_eq!(
        many(pool, &[Some(1), None, Some(3)][..]).await.unwrap(),
        Some(4)
    );
    assert_eq!(unnamed(pool, 1, "x").await.unwrap().as_deref(), Some("1x"));
    assert_eq!(
        returns_json(pool).await.unwrap().unwrap().to_string(),
        r#"{"a":[1,null]}"#
    );
    assert_eq!(one_out(pool, 4).await.unwrap(), Some(8));
    assert_eq!(
        set_of_one_out(pool).await.unwrap(),
        [Some("a".to_owned()), None]
    );
    let error = fails(pool, "on purpose").await.unwrap_err();
    assert_eq!(error.as_database_error().unwrap().message(), "on purpose");
    // a transaction is an executor too
    let mut transaction = pool.begin().await.unwrap();
    assert_eq!(sent(add(&mut *transaction, 2, 2)).await.unwrap(), 4);
    transaction.rollback().await.unwrap();
}

async fn rows(pool: &PgPool) {
    assert_eq!(
        two_out(pool, 4).await.unwrap().unwrap().text.as_deref(),
        Some("4")
    );
    let found = unnamed_out(pool, 5).await.unwrap().unwrap();
    assert_eq!(
        (found.column1, found.column2.as_deref()),
        (Some(5), Some("5"))
    );
    let found = set_of_outs(pool).await.unwrap();
    assert_eq!(
        found,
        [
            SetOfOutsRow {
                a: Some(1),
                b: Some("a".into())
            },
            SetOfOutsRow {
                a: Some(2),
                b: None
            }
        ]
    );
    assert_eq!(returns_one_column(pool).await.unwrap()[0].only_one, Some(1));
    assert_eq!(returns_invoice(pool, 0).await.unwrap(), None); // null, not a row of nulls
    assert_eq!(returns_invoices(pool).await.unwrap(), []);
    let people = returns_people(pool).await.unwrap();
    assert_eq!(people[0].name.as_deref(), Some("a"));
    assert_eq!(
        people[1],
        ReturnsPeopleRow {
            name: None,
            born: None,
            home: None,
            addresses: None,
            feels: None,
            size: None,
            labels: None,
            balance: None,
        }
    );
    let person = returns_person(pool, "me").await.unwrap().unwrap();
    assert_eq!(person.born, NaiveDate::from_ymd_opt(2000, 1, 2));
    assert_eq!(person.home.unwrap().zip.as_deref(), Some("12345"));
    assert_eq!(
        person.labels.unwrap(),
        [Some("a".to_owned()), Some("b".to_owned())]
    );
    assert_eq!(
        returns_domain_of_composite(pool)
            .await
            .unwrap()
            .unwrap()
            .house_no
            .as_deref(),
        Some("1")
    );
    let found = table_of_one_composite(pool).await.unwrap();
    assert_eq!(found.len(), 1);
    assert!(one_composite_out(pool).await.unwrap().is_some());
    let (one, text): (i32, String) = any_record(pool, "a int, b text").await.unwrap();
    assert_eq!((one, text.as_str()), (1, "a"));
    let found: Vec<(i32, String)> = any_records(pool, "a int, b text").await.unwrap();
    assert_eq!(found, [(1, "a".to_owned())]);
}

async fn optional(pool: &PgPool) {
    let found = sent(defaults(pool, 1, DefaultsOptional::default()))
        .await
        .unwrap();
    assert_eq!(found.as_deref(), Some("1|it's|ok"));
    let said = DefaultsOptional {
        b: "b".to_owned().into(),
        d: Arg::Value(Mood::Sad),
        ..Default::default()
    };
    assert_eq!(
        defaults(pool, None, said).await.unwrap().as_deref(),
        Some("b|sad")
    );
    let null = DefaultsOptional {
        b: Arg::Null,
        d: Arg::Null,
        ..Default::default()
    };
    assert_eq!(defaults(pool, 1, null).await.unwrap().as_deref(), Some("1"));
    assert_eq!(
        all_defaults(pool, AllDefaultsOptional::default())
            .await
            .unwrap(),
        Some(1)
    );
    let second = AllDefaultsOptional {
        b: 5.into(),
        ..Default::default()
    };
    assert_eq!(all_defaults(pool, second).await.unwrap(), Some(6));
    let found = many_with(pool, "a", ManyWithOptional::default())
        .await
        .unwrap();
    assert_eq!(found.as_deref(), Some("a"));
    let more = ManyWithOptional {
        more: vec![Some("b".to_owned()), None].into(),
    };
    assert_eq!(
        many_with(pool, "a", more).await.unwrap().as_deref(),
        Some("ab,?")
    );
    let found = half_named(pool, 1, "b", HalfNamedOptional::default())
        .await
        .unwrap();
    assert_eq!(found.as_deref(), Some("1b3"));
    let found = half_named(pool, 1, "b", HalfNamedOptional { c: 4.into() })
        .await
        .unwrap();
    assert_eq!(found.as_deref(), Some("1b4"));
    assert_eq!(
        in_out(pool, 1, InOutOptional::default())
            .await
            .unwrap()
            .unwrap()
            .b
            .as_deref(),
        Some("bb")
    );
    assert_eq!(
        returns_table(pool, ReturnsTableOptional::default())
            .await
            .unwrap(),
        []
    );
    let org = ReturnsTableOptional {
        org: Uuid::nil().into(),
    };
    assert_eq!(returns_table(pool, org).await.unwrap(), []);
}

async fn types(pool: &PgPool) {
    let home = Address {
        street: Some("quo\"te, (paren) \\ back".to_owned()),
        house_no: Some(String::new()),
        zip: Some("12345".to_owned()),
        at: Some(sqlx::postgres::types::PgPoint { x: -0.0, y: 1e300 }),
    };
    let person = Person {
        name: "{naïve, 日本}".to_owned(), // said to be not null
        born: None,
        home: Some(home.clone()),
        addresses: Some(vec![Some(home), None]),
        feels: Some(Mood::Happy),
        size: Some(5),
        labels: Some(vec![None, Some("NULL".to_owned()), Some("a b".to_owned())]),
        balance: Some("12345.67800".parse().unwrap()),
    };
    let back = echo_person(pool, &person).await.unwrap().unwrap();
    assert_eq!(
        (back.name.as_ref(), &back.home),
        (Some(&person.name), &person.home)
    );
    assert_eq!(
        (&back.addresses, &back.labels),
        (&person.addresses, &person.labels)
    );
    assert_eq!(back.balance.unwrap().to_string(), "12345.67800");
    assert_eq!(echo_person(pool, None).await.unwrap(), None);

    let moods = [Some(Mood::Sad), None, Some(Mood::Happy)];
    assert_eq!(echo_moods(pool, &moods[..]).await.unwrap().unwrap(), moods);
    assert_eq!(
        echo_range(pool, &Range::Empty).await.unwrap(),
        Some(Range::Empty)
    );
    let endless = Range::from(1.5..);
    assert_eq!(echo_range(pool, &endless).await.unwrap(), Some(endless));
    let tags = [Some(String::new()), None, Some("a,\"b\"".to_owned())];
    assert_eq!(echo_tags(pool, &tags[..]).await.unwrap().unwrap(), tags);
    let line = Lines {
        invoice_id: 1,
        number: 2,
        what: "what".to_owned(),
        note: None,
    };
    assert_eq!(
        takes_row(pool, &line).await.unwrap().as_deref(),
        Some("what")
    );

    let at = DateTime::from_timestamp_micros(1_700_000_000_123_456).unwrap();
    let found = takes_types(
        pool,
        &[Some(1), None][..],
        Mood::Ok,
        5,
        None,
        &Range::from(1..5),
        &moods[..],
        None,
        &b"\x00\xff"[..],
        &"{\"a\":1}".parse::<JsonValue>().unwrap(),
        "1.50".parse::<Decimal>().unwrap(),
        &Vector(vec![1.0, 2.0, 3.0]),
        &Multirange(vec![Range::from(at..)]),
        NaiveDate::from_ymd_opt(2024, 2, 29),
        at,
        sqlx::postgres::types::PgInterval {
            months: 1,
            days: -2,
            microseconds: 3,
        },
        Uuid::nil(),
    )
    .await
    .unwrap();
    assert_eq!(
        found.as_deref(),
        Some(
            "{1,NULL}|ok|5|[1,5)|{sad,NULL,happy}|{\"a\": 1}|1.50|\
             {[\"2023-11-14 22:13:20.123456+00\",)}|2024-02-29|00000000-0000-0000-0000-000000000000"
        )
    );
}

async fn names(pool: &PgPool) {
    assert_eq!(overloaded_without_arguments(pool).await.unwrap(), Some(0));
    assert_eq!(
        overloaded_int4(pool, 1).await.unwrap().as_deref(),
        Some("integer")
    );
    assert_eq!(
        overloaded_text(pool, "1").await.unwrap().as_deref(),
        Some("text")
    );
    assert_eq!(
        overloaded_int4_int4(pool, 1, 2).await.unwrap().as_deref(),
        Some("two")
    );
    assert_eq!(
        overloaded_by_type_mood(pool, Mood::Sad)
            .await
            .unwrap()
            .as_deref(),
        Some("sad")
    );
    assert_eq!(
        overloaded_by_type_app_mood(pool, app::Mood::Low)
            .await
            .unwrap()
            .as_deref(),
        Some("low")
    );
    assert_eq!(
        app::in_other_schema(pool, Uuid::nil()).await.unwrap(),
        Some(app::Mood::Low)
    );
    assert_eq!(app::add(pool, 1, 2).await.unwrap(), Some(103));
    assert_eq!(class(pool, 1, 2, 3, 4, 5, 6, 7).await.unwrap(), Some(1));
    assert_eq!(import(pool).await.unwrap(), Some(1));
    assert_eq!(none(pool).await.unwrap(), Some(1));
    assert_eq!(
        own_names(pool, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
            .await
            .unwrap(),
        Some(1)
    );
    assert_eq!(same_words(pool, 1, 2, 3).await.unwrap(), Some(1));
    // who is called so keeps the name
    assert_eq!(same_name(pool).await.unwrap(), Some(1));
    assert_eq!(same_name2(pool).await.unwrap(), Some(2));
    let optional = OddFunctionOptional {
        quo_te: "y".to_owned().into(),
        ..Default::default()
    };
    let found = odd_function(pool, 3, optional).await.unwrap();
    assert_eq!(
        (found[0].out_put, found[0].class_out.as_deref()),
        (Some(3), Some("y"))
    );
}

async fn procedures(pool: &PgPool) {
    does(pool, 1).await.unwrap();
    assert_eq!(
        does_in_out(pool, 1, DoesInOutOptional::default())
            .await
            .unwrap()
            .a,
        Some(2)
    );
    let found = does_out(pool, 1, 2).await.unwrap();
    assert_eq!((found.b, found.d.as_deref()), (Some(3), Some("done")));
    let found = same_names(pool, 1, 2, 3).await.unwrap();
    assert_eq!((found.a.as_deref(), found.c), (Some("1!"), Some(5)));
    let found = unnamed_outs(pool, 1, "x", "y").await.unwrap();
    assert_eq!(
        (found.column1, found.column2.as_deref()),
        (Some(2), Some("xy"))
    );
    assert_eq!(counts(pool, &[Some(1), Some(2)][..]).await.unwrap().n, Some(2));
}

async fn tables(pool: &PgPool) {
    let made = NewColumns {
        said: 3,
        optional: Some("o".to_owned()),
        ..NewColumns::new("r".to_owned(), 3)
    };
    let made = sent(made.insert(pool)).await.unwrap();
    assert_eq!(
        (made.required.as_str(), made.defaulted.as_str()),
        ("r", "it's")
    );
    assert_eq!((made.optional_defaulted, made.doubled), (Some(1), Some(2)));
    let null = NewColumns {
        optional_defaulted: Arg::Null,
        ..NewColumns::new("r".to_owned(), 3)
    };
    assert_eq!(null.insert(pool).await.unwrap().optional_defaulted, None);

    let changes = ColumnsChanges {
        optional: Arg::Null,
        required: Some("new".to_owned()),
        ..Default::default()
    };
    let changed = sent(changes.update(pool, made.id)).await.unwrap().unwrap();
    assert_eq!(
        (changed.required.as_str(), changed.optional, changed.said),
        ("new", None, 3)
    );
    let same = ColumnsChanges::default()
        .update(pool, made.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(same.required, "new");
    assert_eq!(
        ColumnsChanges::default().update(pool, 0).await.unwrap(),
        None
    );

    let organization = app::NewOrganizations::new("acme".to_owned())
        .insert(pool)
        .await
        .unwrap();
    let member = app::NewMembers::new(organization.id, Uuid::nil())
        .insert(pool)
        .await
        .unwrap();
    assert_eq!(member.role, "member");
    let changes = app::MembersChanges {
        role: Some("owner".to_owned()),
        ..Default::default()
    };
    let changed = changes
        .update(pool, organization.id, Uuid::nil())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(changed.role, "owner");

    let odd = OddNames {
        with_space: 1,
        ..empty_odd_names()
    };
    assert_eq!(odd.with_space, 1);
    let statement = format!("{} WHERE id = $1", OddTable::SELECT);
    let found: Option<OddTable> = sqlx::query_as(&statement)
        .bind(1)
        .fetch_optional(pool)
        .await
        .unwrap();
    assert_eq!(found, None);
    // a null where the database was said to have none is an error, not a value
    let _ = sqlx::query("INSERT INTO public.columns (required) VALUES ('x')")
        .execute(pool)
        .await
        .unwrap();
    let error = sqlx::query_as::<_, Columns>(&format!("{} WHERE said IS NULL", Columns::SELECT))
        .fetch_one(pool)
        .await
        .unwrap_err();
    assert_eq!(crate::reason(&error), "\"said\" Null");
    // a column that changed its type since
    let error = sqlx::query_as::<_, OddTable>("SELECT 1::bigint AS id, NULL::public.mood AS mood")
        .fetch_one(pool)
        .await
        .unwrap_err();
    assert!(
        crate::reason(&error).ends_with("OtherType(\"number 20\")"),
        "{error}"
    );
    // four letters are no number, and a row is no text, though each has the bytes for it
    let error = sqlx::query_as::<_, OddTable>("SELECT 'none'::public.four AS id, NULL AS mood")
        .fetch_one(pool)
        .await
        .unwrap_err();
    assert!(crate::reason(&error).contains("OtherType"), "{error}");
    let error = sqlx::query_as::<_, NoKey>("SELECT 1 AS a, ROW(1)::public.one_field AS b")
        .fetch_one(pool)
        .await
        .unwrap_err();
    assert!(crate::reason(&error).contains("OtherType"), "{error}");
    // text that nobody asked to be cast
    let _ = sqlx::query("INSERT INTO public.scalars (c_tsvector) VALUES ('a b')")
        .execute(pool)
        .await
        .unwrap();
    let error =
        sqlx::query_as::<_, Scalars>("SELECT * FROM public.scalars WHERE c_tsvector = 'a b'")
            .fetch_one(pool)
            .await
            .unwrap_err();
    assert!(crate::reason(&error).contains("OtherType"), "{error}");
    let _ = sqlx::query("DELETE FROM public.scalars WHERE c_tsvector = 'a b'")
        .execute(pool)
        .await
        .unwrap();
}

fn empty_odd_names() -> OddNames {
    // every field has a name of its own: this compiles only if the struct has these
    OddNames {
        with_space: 0,
        quo_te: None,
        apo_strophe: None,
        back_slash: None,
        _1st: None,
        unnamed2: None,
        unnamed3: None,
        naïve: None,
        日本語: None,
        unnamed5: None,
        é: None,
        camel_case3: None,
        camel_case4: None,
        camel_case2: None,
        camel_case: None,
        fix2: None,
        fix: None,
        a_b: None,
        dollar: None,
        x: None,
        x3: None,
        unnamed: None,
        new_line: None,
        tab_tab: None,
        a2: None,
        a: None,
        s: None,
        unnamed4: None,
        x2: None,
        _1: None,
        s2: None,
        k: None,
    }
}

async fn with_sqlx(pool: &PgPool) {
    // SQLx keeps statements by their text, whatever is bound: each has to differ
    let mood: Mood = sqlx::query_scalar("SELECT $1")
        .bind(Mood::Happy)
        .fetch_one(pool)
        .await
        .unwrap();
    assert_eq!(mood, Mood::Happy);
    assert!(Mood::Sad < Mood::Happy && Mood::ALL.len() == 3);
    let moods: Vec<Option<Mood>> = sqlx::query_scalar("SELECT $1 AS moods")
        .bind(vec![Some(Mood::Ok), None])
        .fetch_one(pool)
        .await
        .unwrap();
    assert_eq!(moods, [Some(Mood::Ok), None]);
    let elsewhere: app::Mood = sqlx::query_scalar("SELECT $1 AS other")
        .bind(app::Mood::Low)
        .fetch_one(pool)
        .await
        .unwrap();
    assert_eq!(elsewhere, app::Mood::Low);
    let mixed = MixedCase {
        camel_case: Some(1),
        pascal_case: None,
        snake_case: Some(3),
        r#type: Some("t".to_owned()),
    };
    let back: MixedCase = sqlx::query_scalar("SELECT $1 AS mixed")
        .bind(&mixed)
        .fetch_one(pool)
        .await
        .unwrap();
    assert_eq!(back, mixed);
    let error = sqlx::query_scalar::<_, Mood>("SELECT 'low'::app.mood")
        .fetch_one(pool)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("mismatched types"), "{error}");
    let unknown: Result<Mood, ValueError> = "glad".parse();
    assert_eq!(unknown, Err(ValueError::UnknownLabel("glad".to_owned())));
}
