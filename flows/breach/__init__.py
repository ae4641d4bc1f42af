"""The papers of a breach (26条): the report to the commission, the notice to the person, who heard what."""
