namespace RedisTagCache.Model;

internal sealed partial class Machine
{
    private void Announce(ref World world, Message message)
    {
        if (!scenario.HasMessages)
            return;
        for (var m = 0; m < Messages.Length; m++)
        {
            if (world.Messages[m].Kind != MessageKind.None)
                continue;
            world.Messages[m] = message;
            world.Messages[m].To = (byte)((1 << scenario.Instances) - 1);
            return;
        }

        throw new InvalidOperationException("More announcements than there is room for.");
    }

    private void Deliver(ref World world, int m, int i)
    {
        ref var message = ref world.Messages[m];
        ref var instance = ref world.Instances[i];
        ref var tagState = ref instance.TagStates[message.Partition];
        if (message.Kind == MessageKind.TagInvalidations)
        {
            if (!tagState.Apply(message.Invalidation, message.Evicted, message.Expired, scenario.Broken))
                tagState.BeginSync();
        }
        else
        {
            Record(ref instance, message.Before, message.Number, message.Key);
        }

        message.To &= (byte)~(1 << i);
        if (message.To == 0)
            message = default;
    }

    private static void Record(ref Instance instance, byte before, byte number, int key)
    {
        instance.Removals.Record(before, number, key);
        Drop(ref instance, key, number);
    }

    private static void Drop(ref Instance instance, int key, byte number)
    {
        if (instance.Copies[key].Removal < number)
            instance.Copies[key] = default;
    }
}
