select "Id", "user", "from"::date from "My App"."Order";
