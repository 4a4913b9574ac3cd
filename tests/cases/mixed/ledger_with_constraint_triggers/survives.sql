select id, balance from accounts;
select id, account, amount from entries;
