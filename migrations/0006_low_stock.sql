-- Which mail tells of a material that runs low: the one whose `details` name the same batch. The mail's lines are made from the material
-- when it is sent.
-- polier: runs-with 4

ALTER TABLE materials ADD COLUMN low_batch {text};
CREATE INDEX materials_low ON materials (company_id, low_batch) WHERE low_batch IS NOT NULL;
