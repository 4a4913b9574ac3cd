create collation c (provider = builtin, locale = 'PG_UNICODE_FAST');
