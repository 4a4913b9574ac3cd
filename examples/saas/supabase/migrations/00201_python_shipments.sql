-- ormony: service=python source=alembic/a4dfb0a7d6ac native=0b5dfa40477e5d0f50f93696c8e547631623da059b73556dd7a6bd32f6188b95 body=9bf91215fd9991e87f05ded2ef5ed48f79ca33c693c90e38526a0d2bbefbe4aa
CREATE TYPE shipment_status AS ENUM ('pending', 'in_transit', 'delivered');

CREATE TABLE shipments (
	id UUID DEFAULT gen_random_uuid() NOT NULL, 
	org_id UUID NOT NULL, 
	order_id UUID NOT NULL, 
	customer_id UUID NOT NULL, 
	warehouse_id UUID NOT NULL, 
	status shipment_status DEFAULT 'pending' NOT NULL, 
	tracking_code VARCHAR, 
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
	updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
	CONSTRAINT pk_shipments PRIMARY KEY (id), 
	CONSTRAINT fk_shipments_customer_id_customers FOREIGN KEY(customer_id) REFERENCES customers (id), 
	CONSTRAINT fk_shipments_order_id_orders FOREIGN KEY(order_id) REFERENCES orders (id) ON DELETE CASCADE, 
	CONSTRAINT fk_shipments_org_id_organizations FOREIGN KEY(org_id) REFERENCES organizations (id) ON DELETE CASCADE, 
	CONSTRAINT fk_shipments_warehouse_id_warehouses FOREIGN KEY(warehouse_id) REFERENCES warehouses (id)
);

CREATE INDEX ix_shipments_customer_id ON shipments (customer_id);

CREATE INDEX ix_shipments_order_id ON shipments (order_id);
