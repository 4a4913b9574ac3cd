select id, name from tenants order by id;
select id, tenant_id, email from users order by id;
select id, tenant_id, name from projects order by id;
