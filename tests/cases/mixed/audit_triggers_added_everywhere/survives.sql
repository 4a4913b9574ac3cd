select id, name from accounts;
select id, account_id, amount from payments;
