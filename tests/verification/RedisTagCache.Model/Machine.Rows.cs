namespace RedisTagCache.Model;

/// <summary>The rows of the outbox, and who has claimed them.</summary>
internal sealed partial class Machine
{
    /// <summary>Whether a dispatcher may claim a row. While it knows that Redis is unavailable, it does not: it could only fail.</summary>
    private bool IsFree(in World world, int dispatcher, int row) =>
        (world.Database.Rows & 1 << row) != 0 && IsDue(world, row) && world.Database.Claims[row] == 0 && !IsAtFault(world, scenario.Ops[dispatcher].Instance)
        && (!IsBroken(Broken.RowsByNumber) || world.Database.Numbers[row] > world.Ops[dispatcher].Number)
        && (!IsBroken(Broken.RejectedFirst) || (world.Database.Rows & ((1 << row) - 1)) == 0);

    /// <summary>Whether a row may be evicted now. The delay before the second time is longer than the replica lags behind.</summary>
    private bool IsDue(in World world, int row) =>
        (world.Database.Repeated & 1 << row) == 0 || (world.Database.Replicated & 1 << row) != 0 || IsBroken(Broken.RepeatedAtOnce);

    /// <summary>Whether the claim of a row ends after a while, because its owner is gone or has given up.</summary>
    private bool CanEndClaim(in World world, int row) => world.Database.Claims[row] != 0 && !IsClaimantAtWork(world, row) && !IsBroken(Broken.ClaimsKept);

    private bool IsClaimantAtWork(in World world, int row)
    {
        var owner = world.Database.Claims[row] - 1;
        return owner >= 0 && world.Ops[owner].Phase is not (Phase.Idle or Phase.Done) && ChangeOf(world, owner) == row;
    }

    /// <summary>Whether a dispatcher has nothing to do, now or after a while.</summary>
    private bool IsWatching(in World world, int o)
    {
        if (scenario.Ops[o].Kind != OpKind.Dispatch || world.Ops[o].Phase != Phase.Idle)
            return false;
        for (var row = 0; row < scenario.Ops.Length; row++)
        {
            if (IsFree(world, o, row) || ((world.Database.Rows & 1 << row) != 0 && (CanEndClaim(world, row) || !IsDue(world, row))))
                return false;
        }

        return true;
    }

    /// <summary>Inserts a row that its writer has claimed.</summary>
    private void InsertRow(ref World world, int o)
    {
        for (var other = 0; other < scenario.Ops.Length && IsBroken(Broken.RowsShared); other++)
        {
            if ((world.Database.Rows & 1 << other) != 0 && scenario.Ops[other].Tags == scenario.Ops[o].Tags)
                return;
        }

        world.Database.Rows |= (byte)(1 << o);
        world.Database.Claims[o] = (byte)(o + 1);
    }

    /// <summary>Deletes a row that was evicted, or leaves it for the second time.</summary>
    private void EndRow(ref World world, int o)
    {
        var row = ChangeOf(world, o);
        if (!scenario.HasReplica || world.Ops[o].IsRepeat || IsBroken(Broken.NotRepeated))
        {
            DeleteRow(ref world, row);
            return;
        }

        world.Database.Repeated |= (byte)(world.Database.Rows & 1 << row);
        world.Database.Claims[row] = 0;
    }

    private void DeleteRow(ref World world, int row)
    {
        for (var other = 0; other < scenario.Ops.Length; other++)
        {
            if (other != row && (!IsBroken(Broken.DeletedByTag) || (world.Database.Rows & 1 << other) == 0 || scenario.Ops[other].Tags != scenario.Ops[row].Tags))
                continue;
            world.Database.Rows &= (byte)~(1 << other);
            world.Database.Repeated &= (byte)~(1 << other);
            world.Database.Claims[other] = 0;
        }
    }
}
